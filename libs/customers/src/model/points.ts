import type { Money } from '#kernel';

/** A customer gets one point for every whole 10,000 ₫ that the shop keeps of an order. */
export const DONG_PER_POINT = 10_000;

export const pointsFor = (kept: Money): number => Math.floor(Math.max(0, kept.amount) / DONG_PER_POINT);

/** An order's money and points so far. */
export interface PointsOfOrder {
  /** The total that was paid, and the total that was or will be given back. Both never decrease. */
  readonly paid: number;
  readonly refunded: number;
  /** All points that were earned, and all points that were taken back. */
  readonly earned: number;
  readonly takenBack: number;
}

/** The totals of an order's money that a message reports. */
export interface MoneyTotals {
  readonly paid?: number;
  readonly refunded?: number;
}

/**
 * `change` is how many points are added (positive) or taken back (negative). `order` is the state after the message.
 * The points always match the money that the shop keeps. Messages contain totals, so they can come in any order and
 * repeatedly.
 */
export function pointsChange(order: PointsOfOrder, totals: MoneyTotals): { change: number; order: PointsOfOrder } {
  const paid = Math.max(order.paid, totals.paid ?? 0);
  const refunded = Math.max(order.refunded, totals.refunded ?? 0);
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

/** The tier of a customer. `earned`: all points that were earned and not taken back. */
export function tierOf(earned: number): Tier {
  if (earned >= 1_000) return 'gold';
  return earned >= 200 ? 'silver' : 'bronze';
}
