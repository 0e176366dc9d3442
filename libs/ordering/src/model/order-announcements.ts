import { nothing, type Message, type Sealed, type Uuid } from '#kernel';
import {
  OrderCancellationRequested,
  OrderCancelled,
  OrderConfirmed,
  OrderPaymentReversed,
  OrderPlaced,
  OrderRefunded,
  OrderRefundFailed,
  OrderRefundRequested,
  OrderStatusUpdated,
} from '#contracts/ordering';
import {
  hasEnded,
  orderReducer,
  owedAmount,
  totalRefunded,
  reversedTotal,
  type Order,
  type OrderEvent,
  type PlacedState,
} from './order';
import type { OrderLine } from './placed-order';
import { returnedOrder } from './returned-order';

/**
 * The reason of a refund, for other contexts. A reason that staff typed is not sent, because perhaps it names a person.
 */
export const publicReason = ({ reason }: { readonly reason: string | Sealed }): string =>
  typeof reason === 'string' ? reason : 'asked for by staff';

const itemsOf = (lines: readonly OrderLine[]) =>
  lines.map(({ lineId, productId, variantId, sku, name, variantName, portions, ...line }) => ({
    lineId,
    productId,
    variantId,
    sku,
    name,
    variantName,
    quantity: line.quantity,
    unitPrice: line.unitPrice,
    lineTotal: line.lineTotal,
    modifiers: line.modifiers,
    ...(portions && { portions }),
  }));

const aboutOrder = (orderId: Uuid, { placed }: PlacedState, version: number, at: string) => ({
  orderId,
  number: placed.number,
  version,
  at,
  recipient: {
    customerId: placed.customerId,
    subject: placed.subject,
    name: placed.contact.name,
    email: placed.contact.email,
    phone: placed.contact.phone,
    locale: placed.locale,
  },
});

type About = ReturnType<typeof aboutOrder>;

const owedField = (order: PlacedState) => ('refunds' in order ? { owed: owedAmount(order) } : {});

/** The messages of one fact. Some facts have no message of their own. */
function messagesOfFact(order: PlacedState, event: OrderEvent, about: About): readonly Message[] {
  const { placed } = order;
  switch (event.type) {
    case 'OrderPlaced':
      return [
        new OrderPlaced({
          ...about,
          userId: placed.customerId,
          cartId: placed.cartId,
          cartVersion: placed.cartVersion,
          items: itemsOf(placed.lines),
          subtotal: placed.subtotal,
          total: placed.total,
          payment: { method: placed.payment.method, token: placed.payment.token },
        }),
      ];
    case 'OrderConfirmed': {
      const { method, paid } = event.data;
      return [new OrderConfirmed({ ...about, items: itemsOf(placed.lines), total: placed.total, method, paid })];
    }
    case 'CancellationRequested': {
      const { orderId, version } = about;
      return [new OrderCancellationRequested({ orderId, version, reason: null, by: event.data.by })];
    }
    case 'OrderCancelled': {
      const { code, message, refundDue, restock } = event.data;
      const wasConfirmed = 'confirmation' in order && order.confirmation !== null;
      const { total, lines } = placed;
      const goods = restock === undefined ? {} : { restock };
      const returned = wasConfirmed || event.data.by !== 'shop' ? undefined : returnedOrder(about.orderId, placed);
      const reversed = reversedTotal(order);
      const refundedBefore = 'refunds' in order ? totalRefunded(order) : nothing;
      const cancelled = { ...about, items: itemsOf(lines), total, code, message, wasConfirmed, refundDue, ...goods };
      return [
        new OrderCancelled({
          ...cancelled,
          ...(!wasConfirmed && reversed.amount > 0 && { reversed }),
          ...(refundedBefore.amount > 0 && { refunded: refundedBefore }),
          ...(returned && { returned }),
        }),
      ];
    }
    case 'RefundRequested':
      return [
        new OrderRefundRequested({
          orderId: about.orderId,
          version: about.version,
          ...event.data,
          reason: publicReason(event.data),
          ...owedField(order),
        }),
      ];
    case 'OrderRefunded': {
      if (!('refunds' in order)) return [];
      const refundedTotal = totalRefunded(order);
      const { total } = placed;
      return [
        new OrderRefunded({
          ...{ ...about, ...event.data, refundedTotal, total, status: order.status },
          ...(hasEnded(order) && { ended: true }),
          ...owedField(order),
        }),
      ];
    }
    case 'RefundFailed':
      return [new OrderRefundFailed({ ...about, ...event.data, ...owedField(order) })];
    case 'PaymentReversed':
      // While the order is pending, OrderCancelled will report this money later.
      return order.status === 'pending' ? [] : [new OrderPaymentReversed({ ...about, amount: event.data.amount })];
    default:
      return []; // these facts have no message of their own
  }
}

/**
 * The messages that other contexts get about new facts: the message of each fact, and OrderStatusUpdated if the fact
 * changed the status.
 */
export function announcements(
  orderId: Uuid,
  before: Order,
  version: number,
  events: readonly OrderEvent[],
  at: string,
): readonly Message[] {
  let order = before;
  return events.flatMap((event, index) => {
    const previous = order.status;
    order = orderReducer.evolve(order, event);
    if (order.status === 'unplaced') return [];
    const about = aboutOrder(orderId, order, version + index + 1, at);
    const ownMessages = messagesOfFact(order, event, about);
    if (previous === 'unplaced' || previous === order.status) return ownMessages;
    const money = { total: order.placed.total, ...('paid' in order && { paid: order.paid }) };
    return [...ownMessages, new OrderStatusUpdated({ ...about, status: order.status, previous, ...money })];
  });
}
