import { hasSeen, type Seen } from '#kernel';
import { StockBelowReserved, StockChanged, StockTooLarge } from '../model/stock-errors';
import type { Movement, Stock } from '../model/stock';

/** Staff cannot raise stock above this limit. Returned goods can raise it above the limit; staff can then lower it. */
export const maxOnHand = 1_000_000;

/** Staff counted the shelf. Undefined if the count is equal to the stock. */
export const countStock = (stock: Stock, onHand: number): Movement | undefined => setOnHand(stock, onHand, 'counted');

/** Goods came in (`delta` is positive) or were lost (`delta` is negative). */
export const adjustStock = (stock: Stock, delta: number): Movement | undefined =>
  setOnHand(stock, stock.onHand + delta, 'adjusted');

/** Refuses a change if the caller has seen another version of the stock. */
export function requireSeenVersion(stock: Stock, seen: Seen): void {
  if (!hasSeen(seen, stock.version)) throw new StockChanged(stock.version);
}

function setOnHand(stock: Stock, onHand: number, kind: 'counted' | 'adjusted'): Movement | undefined {
  if (onHand < stock.reserved) throw new StockBelowReserved(stock.sku, onHand, stock.reserved);
  if (onHand > maxOnHand && onHand > stock.onHand) throw new StockTooLarge(stock.sku, maxOnHand);
  if (onHand === stock.onHand) return undefined;
  return { item: stock.item, sku: stock.sku, kind, onHand: onHand - stock.onHand, reserved: 0 };
}
