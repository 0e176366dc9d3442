import {
  OrderCancelled,
  OrderConfirmed,
  OrderPaymentReversed,
  OrderRefunded,
  OrderRefundFailed,
  type OrderedLine,
  type OrderStatusUpdated,
} from '#contracts/ordering';
import type { Content } from './letter';
import { letterStatusOf } from './status-words';

/** The options distinguish two lines of the same variant. */
const nameWithOptions = ({ name, modifiers = [] }: OrderedLine): string =>
  modifiers.length === 0
    ? name
    : `${name} (${modifiers.map((one) => (one.quantity > 1 ? `${one.quantity} × ${one.name}` : one.name)).join(', ')})`;

export type LetterMessage =
  OrderConfirmed | OrderCancelled | OrderPaymentReversed | OrderRefunded | OrderRefundFailed | OrderStatusUpdated;

/** The content of the letter about a message; undefined if there is no letter about this change of status. */
export function letterContentOf(message: LetterMessage): Content | undefined {
  if (message instanceof OrderConfirmed) {
    const { number, items, total, method } = message.body;
    const lines = items.map((item) => ({
      name: nameWithOptions(item),
      quantity: item.quantity,
      lineTotal: item.lineTotal,
    }));
    return { event: 'order-confirmed', number, lines, total, method };
  }
  if (message instanceof OrderCancelled) {
    const { number, code, refundDue, reversed, refunded } = message.body;
    const before = { ...(reversed && { reversed }), ...(refunded && { refunded }) };
    return { event: 'order-cancelled', number, code, refundDue, ...before };
  }
  if (message instanceof OrderPaymentReversed) {
    const { number, amount } = message.body;
    return { event: 'order-payment-reversed', number, amount };
  }
  if (message instanceof OrderRefunded) {
    const { number, amount, total, refundedTotal, ended } = message.body;
    const whole = refundedTotal.amount === total.amount;
    return { event: 'order-refunded', number, amount, total, whole, refundedTotal, ...(ended && { ended }) };
  }
  if (message instanceof OrderRefundFailed) {
    const { number, amount, owed = amount } = message.body;
    return { event: 'order-refund-failed', number, amount, owed };
  }
  const { number } = message.body;
  const status = letterStatusOf(message.body);
  return status && { event: 'order-status', number, status };
}
