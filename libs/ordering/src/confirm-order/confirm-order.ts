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
 * The checkout has the money and the goods. If a cancellation reached the stream first, nothing is confirmed. The
 * checkout will certainly get the message of that cancellation, and then winds back.
 */
export function confirmOrder(order: Order, payment: Payment): readonly OrderEvent[] {
  if (order.status !== 'pending' || order.cancellationRequested) return [];
  const { amount, ...confirmation } = payment;
  return [{ type: 'OrderConfirmed', data: { ...confirmation, paid: payment.method === 'card' ? amount : nothing } }];
}
