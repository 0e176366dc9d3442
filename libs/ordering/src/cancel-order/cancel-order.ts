import { plus, type Sealed, type Uuid } from '#kernel';
import type { CancellationCode } from '#contracts/ordering';
import {
  hasEnded,
  isUntouched,
  refundable,
  reversedTotal,
  type Order,
  type OrderEvent,
  type OrderInHand,
  type PaymentReversed,
} from '../model/order';
import { cancellationWords } from '../model/cancellation-words';
import { recordReversal } from '../reverse-payment/reverse-payment';
import { CannotCancel, OrderNotFound } from '../model/order-errors';

export interface CancelOrder {
  readonly by: 'customer' | 'staff';
  readonly reason: Sealed | null;
  /** The id of the refund, should one be due. */
  readonly refundId: Uuid;
  /** Whether the goods go back on the shelf. Not said: as long as nothing was made of them. Else they are waste. */
  readonly restock?: boolean | undefined;
}

const cancellableBy: Record<CancelOrder['by'], readonly OrderInHand['status'][]> = {
  customer: ['confirmed', 'accepted'],
  staff: ['confirmed', 'accepted', 'preparing', 'ready'],
};

/** Somebody wants the order back. While the checkout runs it is only noted: the checkout winds itself back, then closes it. */
export function cancelOrder(order: Order, wish: CancelOrder): readonly OrderEvent[] {
  const { by, reason } = wish;
  switch (order.status) {
    case 'unplaced':
      throw new OrderNotFound();
    case 'pending':
      return order.cancellationRequested ? [] : [{ type: 'CancellationRequested', data: { by, reason } }];
    case 'cancelled':
      return []; // asked twice: nothing left to do
    case 'refunded':
      throw new CannotCancel(order.status);
    default:
      if (hasEnded(order)) throw new CannotCancel('refunded');
      if (!cancellableBy[by].includes(order.status)) throw new CannotCancel(order.status);
      return takenBack(order, wish);
  }
}

function takenBack(order: OrderInHand, { by, reason, refundId, ...wish }: CancelOrder): readonly OrderEvent[] {
  const code = by === 'customer' ? 'CUSTOMER' : 'STAFF';
  const refundDue = refundable(order);
  const message = cancellationWords(code, order.placed.locale);
  const restock = wish.restock ?? isUntouched(order);
  const cancelled: OrderEvent = { type: 'OrderCancelled', data: { code, message, reason, by, refundDue, restock } };
  if (refundDue.amount === 0) return [cancelled];
  return [cancelled, { type: 'RefundRequested', data: { refundId, amount: refundDue, reason: `cancelled: ${code}` } }];
}

/** The checkout has given everything back and closes the order; `reversed` was taken and given back. */
export function closeOrder(
  order: Order,
  code: CancellationCode,
  reversed?: PaymentReversed['data'],
): readonly OrderEvent[] {
  if (order.status !== 'pending') return []; // closed already
  const reversals = reversed ? recordReversal(order, reversed) : [];
  const taken = reversals.reduce((total, { data }) => plus(total, data.amount), reversedTotal(order));
  const by = order.cancellationRequested?.by ?? 'shop';
  const { total, locale } = order.placed;
  return [
    ...reversals,
    {
      type: 'OrderCancelled',
      data: {
        code,
        message: cancellationWords(code, locale, taken),
        reason: order.cancellationRequested?.reason ?? null,
        by,
        refundDue: { ...total, amount: 0 },
      },
    },
  ];
}
