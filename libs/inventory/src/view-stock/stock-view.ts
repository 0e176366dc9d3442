import { z } from 'zod';
import { available, type Stock } from '../model/stock';

export const StockView = z
  .object({
    sku: z.string(),
    onHand: z.int().meta({ description: 'How many are on the shelf, reserved or not.' }),
    reserved: z.int().meta({ description: 'Reserved for orders that are not confirmed yet.' }),
    available: z.int().meta({ description: 'How many can be bought now: on hand less reserved.' }),
    version: z.int().meta({ description: 'Rises with every change; send it as `If-Match`.' }),
  })
  .meta({ id: 'Stock', example: { sku: 'CFS-S', onHand: 120, reserved: 3, available: 117, version: 42 } });

export type StockView = z.infer<typeof StockView>;

export const viewStock = (stock: Stock): StockView => ({
  sku: stock.sku,
  onHand: stock.onHand,
  reserved: stock.reserved,
  available: available(stock),
  version: stock.version,
});
