import type { Message, MessageClass, Uuid } from '#kernel';
import { PointsEarned, PointsTakenBack } from '#contracts/customers';
import { StockCommitRefused, StockCommitted, StockReleased, StockReserved, StockShort } from '#contracts/inventory';
import { NotificationSent } from '#contracts/notifications';
import {
  MoneyFound,
  MoneyReturned,
  PaymentDeclined,
  PaymentRefunded,
  PaymentTaken,
  PaymentUnknown,
  PaymentVoided,
  RefundRefused,
} from '#contracts/payments';
import { formatDong } from '../model/format-dong';
import type { Locale } from './history-texts';

export type Source = 'payment' | 'stock' | 'points' | 'notification';

/** A message of another context: its source in the timeline, and its text for staff in each language. */
interface TimelineText {
  readonly messageClass: MessageClass;
  readonly source: Source;
  readonly texts: Readonly<Record<Locale, (body: never) => string>>;
}

const entry = <M extends Message>(
  messageClass: MessageClass<M>,
  source: Source,
  en: (body: M['body']) => string,
  vi: (body: M['body']) => string,
): TimelineText => ({ messageClass, source, texts: { en, vi } });

type Goods = readonly { readonly sku: string; readonly quantity: number }[];

const goodsText = (lines: Goods, none: string): string =>
  lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ') || none;
const reasonSuffix = (reason: string | undefined): string => (reason ? `: ${reason}` : '');
/** `1 point`, `2 points`. */
const countText = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

const entries: readonly TimelineText[] = [
  entry(
    StockReserved,
    'stock',
    ({ lines }) => `reserved ${goodsText(lines, 'nothing')}`,
    ({ lines }) => `đã giữ ${goodsText(lines, 'không có gì')}`,
  ),
  entry(
    StockShort,
    'stock',
    ({ short }) =>
      `short of ${short.map((one) => `${one.sku}: ${one.quantity} wanted, ${one.available} left`).join(', ')}`,
    ({ short }) =>
      `thiếu hàng: ${short.map((one) => `${one.sku}: cần ${one.quantity}, còn ${one.available}`).join(', ')}`,
  ),
  entry(
    StockCommitted,
    'stock',
    ({ lines }) => `taken off the shelf: ${goodsText(lines, 'nothing')}`,
    ({ lines }) => `đã xuất kho: ${goodsText(lines, 'không có gì')}`,
  ),
  entry(
    StockCommitRefused,
    'stock',
    ({ reason }) => `commit refused: ${reason}`,
    ({ reason }) => `không xuất kho được: ${reason}`,
  ),
  entry(
    StockReleased,
    'stock',
    ({ lines, restocked, wasted }) =>
      `${wasted ? 'wasted' : restocked ? 'restocked' : 'released'} ${goodsText(lines, 'nothing')}`,
    ({ lines, restocked, wasted }) =>
      `${wasted ? 'đã bỏ' : restocked ? 'đã nhập lại kho' : 'đã thôi giữ'} ${goodsText(lines, 'không có gì')}`,
  ),
  entry(
    PaymentTaken,
    'payment',
    ({ amount, method, provider }) =>
      method === 'cash' ? `${formatDong(amount)} owed in cash` : `${formatDong(amount)} taken by ${provider}`,
    ({ amount, method, provider }) =>
      method === 'cash' ? `${formatDong(amount)} sẽ trả tiền mặt` : `${provider} đã thu ${formatDong(amount)}`,
  ),
  entry(
    PaymentDeclined,
    'payment',
    ({ code, reason }) => `${code}: ${reason}`,
    ({ code, reason }) => `bị từ chối, ${code}: ${reason}`,
  ),
  entry(
    PaymentUnknown,
    'payment',
    ({ attempts, reason }) => `result unknown, asked ${countText(attempts, 'time')}${reasonSuffix(reason)}`,
    ({ attempts, reason }) => `chưa rõ kết quả, đã hỏi ${attempts} lần${reasonSuffix(reason)}`,
  ),
  entry(
    PaymentVoided,
    'payment',
    ({ refunded }) => `voided, ${formatDong(refunded)} given back`,
    ({ refunded }) => `đã hủy thanh toán, hoàn lại ${formatDong(refunded)}`,
  ),
  entry(
    PaymentRefunded,
    'payment',
    ({ amount }) => `${formatDong(amount)} given back`,
    ({ amount }) => `đã hoàn lại ${formatDong(amount)}`,
  ),
  entry(
    RefundRefused,
    'payment',
    ({ reason }) => `refund refused: ${reason}`,
    ({ reason }) => `hoàn tiền bị từ chối: ${reason}`,
  ),
  entry(
    MoneyFound,
    'payment',
    ({ kind, amount, chargeId, provider }) =>
      `${kind}: ${formatDong(amount)}, charge ${chargeId ?? 'unknown'} of ${provider}`,
    ({ kind, amount, chargeId, provider }) =>
      `${kind}: ${formatDong(amount)}, giao dịch ${chargeId ?? 'không rõ'} của ${provider}`,
  ),
  entry(
    MoneyReturned,
    'payment',
    ({ amount, chargeId, provider }) => `${formatDong(amount)} given back, charge ${chargeId} of ${provider}`,
    ({ amount, chargeId, provider }) => `đã hoàn lại ${formatDong(amount)}, giao dịch ${chargeId} của ${provider}`,
  ),
  entry(
    PointsEarned,
    'points',
    (body) => `${countText(body.points, 'point')} earned`,
    (body) => `được cộng ${body.points} điểm`,
  ),
  entry(
    PointsTakenBack,
    'points',
    (body) => `${countText(body.points, 'point')} taken back`,
    (body) => `bị trừ ${body.points} điểm`,
  ),
  entry(
    NotificationSent,
    'notification',
    ({ event, channel }) => `${event} sent by ${channel}`,
    ({ event, channel }) => `đã gửi ${event} qua ${channel}`,
  ),
];

/** The messages that the timeline stores. The order's own events and the journals of its sagas are stored elsewhere. */
export const timelineMessages: readonly MessageClass[] = entries.map(({ messageClass }) => messageClass);

/** A message that the timeline stores. Every such message has the id of an order. */
export type TimelineMessage = Message<{ readonly orderId: Uuid }>;

const byType = new Map(entries.map((one) => [one.messageClass.type, one]));

const typeOf = (message: Message): string => (message.constructor as unknown as MessageClass).type;

export const isTimelineMessage = (message: Message): message is TimelineMessage => byType.has(typeOf(message));

/** The source of a message in the timeline, and the message's text for staff. */
export function describeMessage(
  message: Message,
  locale: Locale = 'en',
): { readonly source: Source; readonly note: string } {
  const { source, texts } = byType.get(typeOf(message))!;
  return { source, note: texts[locale](message.body as never) };
}

/**
 * Returns the text of a stored message in the given language. If this build does not know the message's type, returns
 * the stored text.
 */
export function noteInLanguage(
  stored: { readonly type: string; readonly note: string; readonly data: object },
  locale: Locale,
) {
  const known = byType.get(stored.type);
  if (!known) return stored.note;
  try {
    return known.texts[locale](stored.data as never);
  } catch {
    return stored.note; // another build stored data of another shape
  }
}
