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
 * The checkout has the money and the goods. If the stream accepted a cancellation first, nothing is confirmed. The
 * checkout gets the message of that cancellation, and then gives everything back.
 */
export function confirmOrder(order: Order, payment: Payment): readonly OrderEvent[] {
  if (order.status !== 'pending' || order.cancellationRequested) return [];
  const { amount, ...confirmation } = payment;
  return [{ type: 'OrderConfirmed', data: { ...confirmation, paid: payment.method === 'card' ? amount : nothing } }];
}
