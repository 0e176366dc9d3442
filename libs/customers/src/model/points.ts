import type { Money } from '#kernel';

/** One point for every whole 10,000 ₫ of a confirmed order. */
export const DONG_PER_POINT = 10_000;

export const pointsFor = (total: Money): number => Math.floor(total.amount / DONG_PER_POINT);

export interface PointsOfOrder {
  readonly total: number;
  readonly earned: number;
  readonly refunded: number;
  readonly takenBack: number;
}

/**
 * How many points go when so much of the order has been given back in all: what is left is what the rest of the order
 * would have earned, rounded down, so that a whole refund leaves none.
 */
export function pointsToTakeBack(order: PointsOfOrder, refundedInAll: number): number {
  const refunded = Math.min(Math.max(refundedInAll, order.refunded), order.total);
  const kept = order.total === 0 ? 0 : Math.floor((order.earned * (order.total - refunded)) / order.total);
  return Math.max(0, order.earned - order.takenBack - kept);
}

export type Tier = 'bronze' | 'silver' | 'gold';

/** By the points ever earned and not taken back. */
export function tierOf(earned: number): Tier {
  if (earned >= 1_000) return 'gold';
  return earned >= 200 ? 'silver' : 'bronze';
}
