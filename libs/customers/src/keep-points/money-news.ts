import { OrderCancelled, OrderConfirmed, OrderRefunded, type OrderStatusUpdated } from '#contracts/ordering';
import type { MoneyNews } from '../model/points';

export type Told = OrderConfirmed | OrderStatusUpdated | OrderCancelled | OrderRefunded;

export interface News {
  /** The total of the order. */
  readonly total: number;
  readonly news: MoneyNews;
  readonly reason: 'order-confirmed' | 'order-completed' | 'order-cancelled' | 'order-refunded';
}

/**
 * What a message says about an order's money. A card payment is paid when the order is confirmed, and cash when the
 * order is completed.
 */
export function newsOf(message: Told): News | undefined {
  if (message instanceof OrderConfirmed) {
    const { total, method, paid } = message.body;
    const card = method === 'card' ? total.amount : 0;
    return { total: total.amount, news: { paid: paid?.amount ?? card }, reason: 'order-confirmed' };
  }
  if (message instanceof OrderRefunded) {
    const { total, refundedTotal } = message.body;
    return { total: total.amount, news: { refunded: refundedTotal.amount }, reason: 'order-refunded' };
  }
  if (message instanceof OrderCancelled) {
    const { total } = message.body; // money that was paid is given back, and nothing more will be paid
    return { total: total.amount, news: { refunded: total.amount }, reason: 'order-cancelled' };
  }
  const { status, total, paid } = message.body;
  if (status !== 'completed' || !total || !paid) return undefined;
  return { total: total.amount, news: { paid: paid.amount }, reason: 'order-completed' };
}
