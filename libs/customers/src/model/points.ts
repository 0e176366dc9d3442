import type { Money } from '#kernel';

/** One point for every whole 10,000 ₫ that the shop keeps of an order. */
export const DONG_PER_POINT = 10_000;

export const pointsFor = (kept: Money): number => Math.floor(Math.max(0, kept.amount) / DONG_PER_POINT);

/** What is known of an order's money and points. */
export interface PointsOfOrder {
  /** All that was paid, and all that was or will be given back. Both only grow. */
  readonly paid: number;
  readonly refunded: number;
  /** Points that it ever earned, and that were taken back. */
  readonly earned: number;
  readonly takenBack: number;
}

/** What a message says about an order's money in total. */
export interface MoneyNews {
  readonly paid?: number;
  readonly refunded?: number;
}

/**
 * How many points come (positive) or go (negative) with this message, and what is known of the order then. The
 * points of an order always match the money that is kept of it. Messages carry totals, so their order and repetition
 * do not matter.
 */
export function changeOfPoints(order: PointsOfOrder, news: MoneyNews): { change: number; order: PointsOfOrder } {
  const paid = Math.max(order.paid, news.paid ?? 0);
  const refunded = Math.max(order.refunded, news.refunded ?? 0);
  const kept = { amount: paid - refunded, currency: 'VND' } as const;
  const change = pointsFor(kept) - (order.earned - order.takenBack);
  return {
    change,
    order: {
      paid,
      refunded,
      earned: order.earned + Math.max(0, change),
      takenBack: order.takenBack + Math.max(0, -change),
    },
  };
}

export const noPoints: PointsOfOrder = { paid: 0, refunded: 0, earned: 0, takenBack: 0 };

export type Tier = 'bronze' | 'silver' | 'gold';

/** By the points ever earned and not taken back. */
export function tierOf(earned: number): Tier {
  if (earned >= 1_000) return 'gold';
  return earned >= 200 ? 'silver' : 'bronze';
}
