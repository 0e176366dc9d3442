import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { SkuOwners } from '#contracts/catalog';
import { DomainError } from '#kernel';
import type { Stock } from '../model/stock';
import { Stocks } from '../model/stocks.store';

const LONGEST_WAIT_MS = 2_000;
const PAUSE_MS = 25;

/**
 * Finds stock by the SKU that staff typed. The message about a new SKU has perhaps not arrived here yet. So this asks
 * the catalogue which variant has the SKU now.
 */
@Injectable()
export class StockBySku {
  constructor(
    private readonly stocks: Stocks,
    private readonly skuOwners: SkuOwners,
  ) {}

  /** Undefined if the SKU does not exist. Throws UNAVAILABLE if the variant does not arrive here within 2 seconds. */
  async find(sku: string): Promise<Stock | undefined> {
    const owner = await this.skuOwners.ownerOf(sku);
    if (!owner) return this.findWithoutOwner(sku);
    for (const start = performance.now(); ; await pause(PAUSE_MS)) {
      const known = await this.stocks.ofVariant(owner.variantId);
      const isTimeUp = performance.now() - start >= LONGEST_WAIT_MS;
      if (known && (known.named >= owner.named || isTimeUp)) return { ...known.stock, sku };
      if (isTimeUp)
        throw new DomainError('UNAVAILABLE', 'unavailable', `${sku} is not in the stock yet. Try again in a moment.`);
    }
  }

  /** A page of stock with the catalogue's current SKUs, sorted by the SKUs that inventory has stored. */
  async list(limit: number, after?: string): Promise<readonly Stock[]> {
    const stocks = await this.stocks.list(limit, after);
    const names = await this.skuOwners.currentSkus(stocks.flatMap(({ variantId }) => variantId ?? []));
    return stocks.map((stock) => ({ ...stock, sku: currentSku(stock, names) }));
  }

  /** The stock with a SKU that no variant of the catalogue has, for example old stock without a variant. */
  private async findWithoutOwner(sku: string): Promise<Stock | undefined> {
    const stock = await this.stocks.find(sku);
    if (!stock?.variantId) return stock;
    return currentSku(stock, await this.skuOwners.currentSkus([stock.variantId])) === sku ? stock : undefined;
  }
}

const currentSku = ({ variantId, sku }: Stock, names: ReadonlyMap<string, string>): string =>
  (variantId === null ? undefined : names.get(variantId)) ?? sku;
