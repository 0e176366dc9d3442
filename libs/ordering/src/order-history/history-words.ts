import type { Money } from '#kernel';
import { inDong } from '../model/in-dong';
import { hasEnded, orderLife, refunded, type Order, type OrderEvent } from '../model/order';

export { inDong };

export type Locale = 'vi' | 'en';

/** One step of an order's life as its customer is told of it. */
export interface Step {
  readonly code: string;
  readonly title: string;
  readonly detail: string | null;
}

type Words = Record<Locale, string>;

const titles: Record<OrderEvent['type'], Words> = {
  OrderPlaced: { vi: 'Đã nhận đơn hàng', en: 'We received your order' },
  OrderConfirmed: { vi: 'Đơn hàng đã được xác nhận', en: 'Your order is confirmed' },
  OrderAccepted: { vi: 'Quán đã nhận làm đơn của bạn', en: 'The bar has taken your order' },
  PreparationStarted: { vi: 'Đang pha chế', en: 'Your order is being prepared' },
  OrderReadied: { vi: 'Đơn hàng đã sẵn sàng', en: 'Your order is ready' },
  OrderCompleted: { vi: 'Đơn hàng đã hoàn tất', en: 'Your order is complete' },
  CancellationRequested: { vi: 'Đã ghi nhận yêu cầu hủy', en: 'We are cancelling your order' },
  OrderCancelled: { vi: 'Đơn hàng đã bị hủy', en: 'Your order was cancelled' },
  RefundRequested: { vi: 'Đang hoàn tiền', en: 'A refund is on its way' },
  OrderRefunded: { vi: 'Đã hoàn tiền', en: 'Money was given back' },
  PaymentReversed: { vi: 'Tiền đã bị trừ và đã được hoàn lại', en: 'Money was taken and given back' },
  RefundFailed: { vi: 'Hoàn tiền chưa thành công', en: 'The refund did not go through' },
};

/** This part, and what has gone back in all where that is more. */
function refundWords({ amount }: { readonly amount: Money }, order: Order | undefined, locale: Locale): string {
  const all = order && 'refunds' in order ? refunded(order) : amount;
  if (all.amount === amount.amount) return inDong(amount);
  return locale === 'vi'
    ? `${inDong(amount)}, tổng cộng đến nay ${inDong(all)}`
    : `${inDong(amount)}, ${inDong(all)} in all so far`;
}

const endWords: Words = { vi: '. Đơn hàng kết thúc tại đây', en: '. The order is over' };

/** A refund ended it, and all money is back. */
const isOver = (order: Order | undefined): boolean => order?.status === 'refunded' && hasEnded(order);

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
    case 'OrderAccepted':
    case 'PreparationStarted':
    case 'OrderReadied':
    case 'CancellationRequested':
      return null;
  }
}

/** What a customer understands of an event; a code for those who draw pictures. `order` is what the event made of it. */
export const inWords = (event: OrderEvent, locale: Locale, order?: Order): Step => ({
  code: event.type,
  title: titles[event.type][locale],
  detail: detail(event, locale, order),
});

const UNKNOWN: Words = { en: 'not known to this build', vi: 'phiên bản này không biết sự kiện này' };
const UNREADABLE: Words = { en: 'its data cannot be read', vi: 'không đọc được dữ liệu' };

/** The same for an admin, who has to be told of an event also when its data is not what it should be. */
export function inOneLine(event: OrderEvent, order?: Order, locale: Locale = 'en'): string {
  try {
    const { title, detail: more } = inWords(event, locale, order);
    return more === null ? title : `${title}: ${more}`;
  } catch {
    return `${titles[event.type][locale]}: ${UNREADABLE[locale]}`;
  }
}

/**
 * A line for each event of an order. From the first event on that nothing can be made of, the lines tell of the events alone.
 */
export function linesOf(
  events: readonly { readonly unreadable?: unknown; readonly type: string }[],
  locale: Locale = 'en',
): readonly string[] {
  let order: Order | undefined = orderLife.initial;
  return events.map((recorded) => {
    if (recorded.unreadable) {
      order = undefined;
      return UNKNOWN[locale];
    }
    const event = recorded as unknown as OrderEvent;
    order = order && madeWith(order, event);
    return inOneLine(event, order, locale);
  });
}

function madeWith(order: Order, event: OrderEvent): Order | undefined {
  try {
    return orderLife.evolve(order, event);
  } catch {
    return undefined;
  }
}
