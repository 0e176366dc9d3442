import { StockBelowReserved, StockChanged, StockTooLarge } from '../model/stock-errors';
import type { Movement, Stock } from '../model/stock';

/** Stock may not be raised above this. Where returned goods made it more, it can still be taken away from. */
export const mostOnHand = 1_000_000;

/** Staff counted the shelf: so many there are. Nothing moves when that was known. */
export const count = (stock: Stock, onHand: number, seen?: number): Movement | undefined =>
  settled(stock, onHand, 'counted', seen);

/** Goods came in (positive) or were lost (negative). */
export const adjust = (stock: Stock, delta: number, seen?: number): Movement | undefined =>
  settled(stock, stock.onHand + delta, 'adjusted', seen);

function settled(
  stock: Stock,
  onHand: number,
  kind: 'counted' | 'adjusted',
  seen: number | undefined,
): Movement | undefined {
  if (seen !== undefined && seen !== stock.version) throw new StockChanged(stock.version);
  if (onHand < stock.reserved) throw new StockBelowReserved(stock.sku, onHand, stock.reserved);
  if (onHand > mostOnHand && onHand > stock.onHand) throw new StockTooLarge(stock.sku, mostOnHand);
  if (onHand === stock.onHand) return undefined;
  return { item: stock.item, sku: stock.sku, kind, onHand: onHand - stock.onHand, reserved: 0 };
}
