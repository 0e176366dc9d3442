import { nothing, type Money, type Uuid } from '#kernel';
import type { Order, OrderEvent } from '../model/order';
import type { PaymentMethod } from '../model/placed-order';

export interface Payment {
  readonly paymentId: Uuid;
  readonly method: PaymentMethod;
  readonly provider: string;
  readonly chargeId: string | null;
  readonly amount: Money;
}

/**
 * Confirms the order when the checkout has the money and the goods. If the stream accepted a cancellation request
 * first, nothing is confirmed. When the checkout gets the message of this request, it gives everything back.
 */
export function confirmOrder(order: Order, payment: Payment): readonly OrderEvent[] {
  if (order.status !== 'pending' || order.cancellationRequested) return [];
  const { amount, ...confirmation } = payment;
  return [{ type: 'OrderConfirmed', data: { ...confirmation, paid: payment.method === 'card' ? amount : nothing } }];
}
