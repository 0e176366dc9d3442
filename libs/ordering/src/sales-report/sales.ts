import { minus, nothing, plus, vnd, type Money, type Uuid } from '#kernel';
import type { OrderEvent } from '../model/order';

/** A product's share of an entry. The shares add up to the entry's amount without its delivery fee. */
export interface Part {
  readonly productId: Uuid;
  readonly name: string;
  readonly quantity: number;
  readonly amount: Money;
}

/** An amount that an order adds to the sales of a day, or subtracts from them. */
export interface Entry {
  readonly at: string;
  /**
   * `sold` when the order was confirmed, `refunded` when money went back, `lost` when the unpaid part of the total will
   * never be paid.
   */
  readonly kind: 'sold' | 'refunded' | 'lost';
  readonly amount: Money;
  readonly fee: Money;
  readonly parts: readonly Part[];
}

/** What one order contributes to the sales. */
export interface Sale {
  readonly placedAt: string;
  readonly lines: readonly Part[];
  readonly fee: Money;
  readonly total: Money;
  readonly paid: Money;
  /** What was subtracted from the sale so far, because it was refunded or will never be paid. */
  readonly undone: Money;
  readonly entries: readonly Entry[];
}

/** Splits an amount by weights, so that the parts add up to exactly this amount. */
export function splitByWeights(amount: number, weights: readonly number[]): readonly number[] {
  const whole = BigInt(weights.reduce((a, b) => a + b, 0));
  if (whole === 0n) return weights.map((_, index) => (index === 0 ? amount : 0));
  let weight = 0n;
  let cumulatedBefore = 0;
  return weights.map((own) => {
    weight += BigInt(own);
    const cumulated = Number((BigInt(amount) * weight) / whole);
    const part = cumulated - cumulatedBefore;
    cumulatedBefore = cumulated;
    return part;
  });
}

function newSale(event: Extract<OrderEvent, { type: 'OrderPlaced' }>, at: string): Sale {
  const { lines, deliveryFee, total } = event.data;
  return {
    placedAt: at,
    lines: lines.map(({ productId, name, quantity, lineTotal }) => ({ productId, name, quantity, amount: lineTotal })),
    fee: deliveryFee,
    total,
    paid: nothing,
    undone: nothing,
    entries: [],
  };
}

/**
 * Subtracts an amount from the sale, spread over its lines. Two refunds give the same shares as one refund of their
 * sum.
 */
function subtractFromSale(sale: Sale, kind: 'refunded' | 'lost', amount: Money, at: string): Sale {
  if (amount.amount === 0) return sale;
  const weights = [...sale.lines.map((line) => line.amount.amount), sale.fee.amount];
  const undone = plus(sale.undone, amount);
  const before = splitByWeights(sale.undone.amount, weights);
  const after = splitByWeights(undone.amount, weights);
  const shares = after.map((share, index) => share - before[index]);
  const parts = sale.lines.map((line, index) => ({ ...line, quantity: 0, amount: vnd(shares[index]) }));
  const entry: Entry = { at, kind, amount, fee: vnd(shares.at(-1)!), parts };
  return { ...sale, undone, entries: [...sale.entries, entry] };
}

/** How an event changes the order's contributions. Only confirmed orders count as sold. */
export function projectSale(sale: Sale | undefined, event: OrderEvent, at: string): Sale | undefined {
  if (event.type === 'OrderPlaced') return newSale(event, at);
  if (!sale) return undefined;
  const sold = sale.entries.length > 0;
  switch (event.type) {
    case 'OrderConfirmed': {
      const entry: Entry = { at, kind: 'sold', amount: sale.total, fee: sale.fee, parts: sale.lines };
      return { ...sale, paid: event.data.paid, entries: [entry] };
    }
    case 'OrderCompleted':
      return { ...sale, paid: plus(sale.paid, event.data.collected) };
    case 'OrderCancelled':
      // Paid money is subtracted when it is refunded. The unpaid part of the total is lost now.
      return sold ? subtractFromSale(sale, 'lost', minus(sale.total, sale.paid), at) : sale;
    case 'OrderRefunded':
      return sold ? subtractFromSale(sale, 'refunded', event.data.amount, at) : sale;
    default: // reversed money was never counted as sold, and the other facts move no money
      return sale;
  }
}
