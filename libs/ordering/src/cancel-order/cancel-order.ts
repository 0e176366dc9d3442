import { plus, type Sealed, type Uuid } from '#kernel';
import type { CancellationCode } from '#contracts/ordering';
import {
  hasEnded,
  isInTheShop,
  isUntouched,
  refundableAmount,
  reversedTotal,
  type Order,
  type OrderEvent,
  type ConfirmedOrder,
  type PaymentReversed,
} from '../model/order';
import { cancellationText } from '../model/cancellation-text';
import { recordReversal } from '../reverse-payment/reverse-payment';
import { CannotCancel, OrderNotFound } from '../model/order-errors';

export interface CancelRequest {
  readonly by: 'customer' | 'staff';
  readonly reason: Sealed | null;
  /** The id for the refund, if money must be refunded. */
  readonly refundId: Uuid;
  /**
   * Whether the goods go back on the shelf. If they do not, they are waste. By default they go back if preparation has
   * not begun.
   */
  readonly restock?: boolean | undefined;
}

/**
 * A customer is allowed to cancel until a barista starts the order. Staff are allowed to cancel until the order is
 * handed over.
 */
const cancellableBy: Record<CancelRequest['by'], (order: ConfirmedOrder) => boolean> = {
  customer: isUntouched,
  staff: isInTheShop,
};

/**
 * A customer or staff cancel the order. While the checkout runs, only the request is recorded: the checkout gives back
 * what it has taken, and then closes the order.
 */
export function cancelOrder(order: Order, request: CancelRequest): readonly OrderEvent[] {
  const { by, reason } = request;
  switch (order.status) {
    case 'unplaced':
      throw new OrderNotFound();
    case 'pending':
      return order.cancellationRequested ? [] : [{ type: 'CancellationRequested', data: { by, reason } }];
    case 'cancelled':
      return []; // the same request again: nothing left to do
    case 'refunded':
      throw new CannotCancel(order.status);
    default:
      if (hasEnded(order)) throw new CannotCancel('refunded');
      if (!cancellableBy[by](order)) throw new CannotCancel(order.status);
      return cancelConfirmed(order, request);
  }
}

function cancelConfirmed(
  order: ConfirmedOrder,
  { by, reason, refundId, ...request }: CancelRequest,
): readonly OrderEvent[] {
  const code = by === 'customer' ? 'CUSTOMER' : 'STAFF';
  const refundDue = refundableAmount(order);
  const message = cancellationText(code, order.placed.locale);
  const restock = request.restock ?? isUntouched(order);
  const cancelled: OrderEvent = { type: 'OrderCancelled', data: { code, message, reason, by, refundDue, restock } };
  if (refundDue.amount === 0) return [cancelled];
  return [cancelled, { type: 'RefundRequested', data: { refundId, amount: refundDue, reason: `cancelled: ${code}` } }];
}

/**
 * Closes a pending order after its checkout has given everything back. `reversed` is money that was taken and given
 * back.
 */
export function closeOrder(
  order: Order,
  code: CancellationCode,
  reversed?: PaymentReversed['data'],
): readonly OrderEvent[] {
  if (order.status !== 'pending') return []; // closed already
  const reversals = reversed ? recordReversal(order, reversed) : [];
  const reversedMoney = reversals.reduce((total, { data }) => plus(total, data.amount), reversedTotal(order));
  const by = order.cancellationRequested?.by ?? 'shop';
  const { total, locale } = order.placed;
  return [
    ...reversals,
    {
      type: 'OrderCancelled',
      data: {
        code,
        message: cancellationText(code, locale, reversedMoney),
        reason: order.cancellationRequested?.reason ?? null,
        by,
        refundDue: { ...total, amount: 0 },
      },
    },
  ];
}
