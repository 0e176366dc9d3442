import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { SkuBearers } from '#contracts/catalog';
import { DomainError } from '#kernel';
import type { Stock } from '../model/stock';
import { Stocks } from '../model/stocks.store';

const LONGEST_WAIT_MS = 2_000;
const PAUSE_MS = 25;

/**
 * Stock by the SKU that staff write. The catalogue says which variant has that SKU now. Its message about a new SKU
 * may not have arrived here yet.
 */
@Injectable()
export class NamedStock {
  constructor(
    private readonly stocks: Stocks,
    private readonly bearers: SkuBearers,
  ) {}

  /** Undefined if no variant has the SKU. Throws UNAVAILABLE if inventory does not hear of the variant in time. */
  async find(sku: string): Promise<Stock | undefined> {
    const bearer = await this.bearers.bearer(sku);
    if (!bearer) return this.unclaimed(sku);
    for (const start = performance.now(); ; await pause(PAUSE_MS)) {
      const known = await this.stocks.ofVariant(bearer.variantId);
      const isLate = performance.now() - start >= LONGEST_WAIT_MS;
      if (known && (known.named >= bearer.named || isLate)) return { ...known.stock, sku };
      if (isLate)
        throw new DomainError('UNAVAILABLE', 'unavailable', `${sku} is not in the stock yet. Try again in a moment.`);
    }
  }

  /** A page of stock, ordered by the SKUs known here, shown with the current SKUs. */
  async list(limit: number, after?: string): Promise<readonly Stock[]> {
    const stocks = await this.stocks.list(limit, after);
    const names = await this.bearers.names(stocks.flatMap(({ variantId }) => variantId ?? []));
    return stocks.map((stock) => ({ ...stock, sku: nameOf(stock, names) }));
  }

  /** Stock with a SKU that no variant of the catalogue has: from before variants were known. */
  private async unclaimed(sku: string): Promise<Stock | undefined> {
    const stock = await this.stocks.find(sku);
    if (!stock?.variantId) return stock;
    return nameOf(stock, await this.bearers.names([stock.variantId])) === sku ? stock : undefined;
  }
}

const nameOf = ({ variantId, sku }: Stock, names: ReadonlyMap<string, string>): string =>
  (variantId === null ? undefined : names.get(variantId)) ?? sku;
