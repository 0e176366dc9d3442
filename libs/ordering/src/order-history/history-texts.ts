import { EventBroken, voidVersionsOf, type Money } from '#kernel';
import { formatDong } from '../model/format-dong';
import { hasEnded, orderReducer, totalRefunded, type Order, type OrderEvent } from '../model/order';
import { factTitles } from '../model/order-texts';

export { formatDong };

export type Locale = 'vi' | 'en';

/** The text of one event of an order for its customer. */
export interface Step {
  readonly code: string;
  readonly title: string;
  readonly detail: string | null;
}

type Texts = Record<Locale, string>;

/** The amount of this refund, and also the total of all refunds if the total is higher. */
function refundText({ amount }: { readonly amount: Money }, order: Order | undefined, locale: Locale): string {
  const total = order && 'refunds' in order ? totalRefunded(order) : amount;
  if (total.amount === amount.amount) return formatDong(amount);
  return locale === 'vi'
    ? `${formatDong(amount)}, tổng cộng đến nay ${formatDong(total)}`
    : `${formatDong(amount)}, ${formatDong(total)} in all so far`;
}

const endTexts: Texts = { vi: '. Đơn hàng kết thúc tại đây', en: '. The order is over' };

/** True if a refund ended the order, and no money is on its way or owed. */
const isEndedByRefund = (order: Order | undefined): boolean => order?.status === 'refunded' && hasEnded(order);

/** The text below the title. Null if the title of the fact is enough. */
function detailOf(event: OrderEvent, locale: Locale, order: Order | undefined): string | null {
  const vi = locale === 'vi';
  switch (event.type) {
    case 'OrderPlaced': {
      const { number, total } = event.data;
      return vi ? `Đơn ${number}, tổng cộng ${formatDong(total)}` : `Order ${number}, ${formatDong(total)} in total`;
    }
    case 'OrderConfirmed':
      if (event.data.method === 'cash') return vi ? 'Thanh toán tiền mặt khi nhận hàng' : 'To be paid in cash';
      return vi ? `Đã thanh toán ${formatDong(event.data.paid)}` : `Paid ${formatDong(event.data.paid)}`;
    case 'OrderCompleted': {
      const { collected } = event.data;
      if (collected.amount === 0) return null;
      return vi ? `Đã thu ${formatDong(collected)} tiền mặt` : `${formatDong(collected)} paid in cash`;
    }
    case 'OrderCancelled':
      return event.data.message;
    case 'RefundRequested':
      return `${formatDong(event.data.amount)}${event.data.end ? endTexts[locale] : ''}`;
    case 'PaymentReversed':
      return formatDong(event.data.amount);
    case 'OrderRefunded':
      return refundText(event.data, order, locale) + (isEndedByRefund(order) ? endTexts[locale] : '');
    case 'RefundFailed':
      return vi
        ? `${formatDong(event.data.amount)}: cửa hàng sẽ thử lại hoặc liên hệ với bạn`
        : `${formatDong(event.data.amount)}: we will try again or get in touch`;
    default:
      return null; // the title is enough
  }
}

/** The text of an event for a customer, with a code for front ends. `order` is the order after the event. */
export const describeFact = (event: OrderEvent, locale: Locale, order?: Order): Step => ({
  code: event.type,
  title: factTitles[event.type][locale],
  detail: detailOf(event, locale, order),
});

const UNKNOWN: Texts = { en: 'not known to this build', vi: 'phiên bản này không biết sự kiện này' };
const VOID: Texts = { en: 'declared void by a later event', vi: 'đã bị một sự kiện sau hủy hiệu lực' };
const UNREADABLE: Texts = { en: 'its data cannot be read', vi: 'không đọc được dữ liệu' };

/** The text of an event for staff. If the event's data is wrong, the text says so. */
export function describeInOneLine(event: OrderEvent, order?: Order, locale: Locale = 'en'): string {
  try {
    const { title, detail: more } = describeFact(event, locale, order);
    return more === null ? title : `${title}: ${more}`;
  } catch {
    return `${factTitles[event.type][locale]}: ${UNREADABLE[locale]}`;
  }
}

interface Stored {
  readonly unreadable?: unknown;
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
}

/**
 * Returns a function that makes the line of an event. Call the function with all events, in version order. After an
 * event that cannot be applied, the order's state is not known, so the later lines do not use it.
 */
export function makeLineWriter(events: readonly Stored[], locale: Locale): (recorded: Stored) => string {
  const voided = voidVersionsOf(events);
  let order: Order | undefined = orderReducer.initial;
  return (recorded) => {
    if (voided.has(recorded.version)) return VOID[locale];
    if (recorded.unreadable instanceof EventBroken) {
      order = undefined;
      return describeInOneLine(recorded as unknown as OrderEvent, undefined, locale);
    }
    if (recorded.unreadable) {
      order = undefined;
      return UNKNOWN[locale];
    }
    const event = recorded as unknown as OrderEvent;
    order = order && evolveOrUndefined(order, event);
    return describeInOneLine(event, order, locale);
  };
}

/** The lines of all events. */
export const linesOf = (events: readonly Stored[], locale: Locale = 'en'): readonly string[] =>
  events.map(makeLineWriter(events, locale));

function evolveOrUndefined(order: Order, event: OrderEvent): Order | undefined {
  try {
    return orderReducer.evolve(order, event);
  } catch {
    return undefined;
  }
}
