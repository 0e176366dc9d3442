import { OrderCancelled, OrderConfirmed, OrderRefunded, type OrderStatusUpdated } from '#contracts/ordering';
import type { MoneyTotals } from '../model/points';

export type MoneyMessage = OrderConfirmed | OrderStatusUpdated | OrderCancelled | OrderRefunded;

export interface MoneyReport {
  /** The total of the order. */
  readonly total: number;
  readonly totals: MoneyTotals;
  readonly reason: 'order-confirmed' | 'order-completed' | 'order-cancelled' | 'order-refunded';
}

/**
 * What a message says about an order's money. A card payment is paid when the order is confirmed, and cash when the
 * order is completed.
 */
export function moneyReportOf(message: MoneyMessage): MoneyReport | undefined {
  if (message instanceof OrderConfirmed) {
    const { total, method, paid } = message.body;
    const card = method === 'card' ? total.amount : 0;
    return { total: total.amount, totals: { paid: paid?.amount ?? card }, reason: 'order-confirmed' };
  }
  if (message instanceof OrderRefunded) {
    const { total, refundedTotal } = message.body;
    return { total: total.amount, totals: { refunded: refundedTotal.amount }, reason: 'order-refunded' };
  }
  if (message instanceof OrderCancelled) {
    const { total } = message.body; // all money that was paid is given back, and no more will be paid
    return { total: total.amount, totals: { refunded: total.amount }, reason: 'order-cancelled' };
  }
  const { status, total, paid } = message.body;
  if (status !== 'completed' || !total || !paid) return undefined;
  return { total: total.amount, totals: { paid: paid.amount }, reason: 'order-completed' };
}
