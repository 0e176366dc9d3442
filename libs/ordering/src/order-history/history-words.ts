import { EventBroken, voidedBy, type Money } from '#kernel';
import { inDong } from '../model/in-dong';
import { hasEnded, orderLife, refunded, type Order, type OrderEvent } from '../model/order';
import { factTitles } from '../model/order-texts';

export { inDong };

export type Locale = 'vi' | 'en';

/** One step of an order's life in words for its customer. */
export interface Step {
  readonly code: string;
  readonly title: string;
  readonly detail: string | null;
}

type Words = Record<Locale, string>;

/** The amount of this refund, and the total of all refunds if that is more. */
function refundWords({ amount }: { readonly amount: Money }, order: Order | undefined, locale: Locale): string {
  const all = order && 'refunds' in order ? refunded(order) : amount;
  if (all.amount === amount.amount) return inDong(amount);
  return locale === 'vi'
    ? `${inDong(amount)}, tổng cộng đến nay ${inDong(all)}`
    : `${inDong(amount)}, ${inDong(all)} in all so far`;
}

const endWords: Words = { vi: '. Đơn hàng kết thúc tại đây', en: '. The order is over' };

/** A refund ended the order, and all money is back. */
const isOver = (order: Order | undefined): boolean => order?.status === 'refunded' && hasEnded(order);

/** The text below the title. Not every fact has one. */
function detail(event: OrderEvent, locale: Locale, order: Order | undefined): string | null {
  const vi = locale === 'vi';
  switch (event.type) {
    case 'OrderPlaced': {
      const { number, total } = event.data;
      return vi ? `Đơn ${number}, tổng cộng ${inDong(total)}` : `Order ${number}, ${inDong(total)} in total`;
    }
    case 'OrderConfirmed':
      if (event.data.method === 'cash') return vi ? 'Thanh toán tiền mặt khi nhận hàng' : 'To be paid in cash';
      return vi ? `Đã thanh toán ${inDong(event.data.paid)}` : `Paid ${inDong(event.data.paid)}`;
    case 'OrderCompleted': {
      const { collected } = event.data;
      if (collected.amount === 0) return null;
      return vi ? `Đã thu ${inDong(collected)} tiền mặt` : `${inDong(collected)} paid in cash`;
    }
    case 'OrderCancelled':
      return event.data.message;
    case 'RefundRequested':
      return `${inDong(event.data.amount)}${event.data.end ? endWords[locale] : ''}`;
    case 'PaymentReversed':
      return inDong(event.data.amount);
    case 'OrderRefunded':
      return refundWords(event.data, order, locale) + (isOver(order) ? endWords[locale] : '');
    case 'RefundFailed':
      return vi
        ? `${inDong(event.data.amount)}: cửa hàng sẽ thử lại hoặc liên hệ với bạn`
        : `${inDong(event.data.amount)}: we will try again or get in touch`;
    default:
      return null; // the title is enough
  }
}

/** The text of an event for a customer, with a code for front ends. `order` is the order after the event. */
export const inWords = (event: OrderEvent, locale: Locale, order?: Order): Step => ({
  code: event.type,
  title: factTitles[event.type][locale],
  detail: detail(event, locale, order),
});

const UNKNOWN: Words = { en: 'not known to this build', vi: 'phiên bản này không biết sự kiện này' };
const VOID: Words = { en: 'declared void by a later event', vi: 'đã bị một sự kiện sau hủy hiệu lực' };
const UNREADABLE: Words = { en: 'its data cannot be read', vi: 'không đọc được dữ liệu' };

/** The text of an event for staff. If the event's data is wrong, the text says so. */
export function inOneLine(event: OrderEvent, order?: Order, locale: Locale = 'en'): string {
  try {
    const { title, detail: more } = inWords(event, locale, order);
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
 * Returns a function that must get the events in version order, and returns a line for each. After an event that cannot
 * be applied, the lines do not use the order's state any more.
 */
export function lineTeller(events: readonly Stored[], locale: Locale): (recorded: Stored) => string {
  const voided = voidedBy(events);
  let order: Order | undefined = orderLife.initial;
  return (recorded) => {
    if (voided.has(recorded.version)) return VOID[locale];
    if (recorded.unreadable instanceof EventBroken) {
      order = undefined;
      return inOneLine(recorded as unknown as OrderEvent, undefined, locale);
    }
    if (recorded.unreadable) {
      order = undefined;
      return UNKNOWN[locale];
    }
    const event = recorded as unknown as OrderEvent;
    order = order && evolveOrUndefined(order, event);
    return inOneLine(event, order, locale);
  };
}

/** The lines of all events. */
export const linesOf = (events: readonly Stored[], locale: Locale = 'en'): readonly string[] =>
  events.map(lineTeller(events, locale));

function evolveOrUndefined(order: Order, event: OrderEvent): Order | undefined {
  try {
    return orderLife.evolve(order, event);
  } catch {
    return undefined;
  }
}
