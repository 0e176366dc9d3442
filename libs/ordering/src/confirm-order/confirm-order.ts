import { nothing, type Money, type Uuid } from '#kernel';
import type { Order, OrderEvent, PaymentMethod } from '../model/order';

export interface Payment {
  readonly paymentId: Uuid;
  readonly method: PaymentMethod;
  readonly provider: string;
  readonly chargeId: string | null;
  readonly amount: Money;
}

/**
 * The checkout has the money and the goods. A cancellation that reached the stream first wins: nothing is confirmed,
 * and the checkout winds back when it hears of it, which it surely will.
 */
export function confirmOrder(order: Order, payment: Payment): readonly OrderEvent[] {
  if (order.status !== 'pending' || order.cancellationRequested) return [];
  const { amount, ...confirmation } = payment;
  return [{ type: 'OrderConfirmed', data: { ...confirmation, paid: payment.method === 'card' ? amount : nothing } }];
}
