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
import { inDong } from '../model/in-dong';
import type { Locale } from './history-words';

export type Source = 'payment' | 'stock' | 'points' | 'notification';

/** A message of another context: its source in the timeline, and its text for staff in each language. */
interface Entry {
  readonly heard: MessageClass;
  readonly source: Source;
  readonly words: Readonly<Record<Locale, (body: never) => string>>;
}

const entry = <M extends Message>(
  heard: MessageClass<M>,
  source: Source,
  en: (body: M['body']) => string,
  vi: (body: M['body']) => string,
): Entry => ({ heard, source, words: { en, vi } });

type Goods = readonly { readonly sku: string; readonly quantity: number }[];

const goods = (lines: Goods, none: string): string =>
  lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ') || none;
const because = (reason: string | undefined): string => (reason ? `: ${reason}` : '');
/** `1 point`, `2 points`. */
const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

const entries: readonly Entry[] = [
  entry(
    StockReserved,
    'stock',
    ({ lines }) => `reserved ${goods(lines, 'nothing')}`,
    ({ lines }) => `đã giữ ${goods(lines, 'không có gì')}`,
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
    ({ lines }) => `taken off the shelf: ${goods(lines, 'nothing')}`,
    ({ lines }) => `đã xuất kho: ${goods(lines, 'không có gì')}`,
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
      `${wasted ? 'wasted' : restocked ? 'restocked' : 'released'} ${goods(lines, 'nothing')}`,
    ({ lines, restocked, wasted }) =>
      `${wasted ? 'đã bỏ' : restocked ? 'đã nhập lại kho' : 'đã thôi giữ'} ${goods(lines, 'không có gì')}`,
  ),
  entry(
    PaymentTaken,
    'payment',
    ({ amount, method, provider }) =>
      method === 'cash' ? `${inDong(amount)} owed in cash` : `${inDong(amount)} taken by ${provider}`,
    ({ amount, method, provider }) =>
      method === 'cash' ? `${inDong(amount)} sẽ trả tiền mặt` : `${provider} đã thu ${inDong(amount)}`,
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
    ({ attempts, reason }) => `result unknown, asked ${counted(attempts, 'time')}${because(reason)}`,
    ({ attempts, reason }) => `chưa rõ kết quả, đã hỏi ${attempts} lần${because(reason)}`,
  ),
  entry(
    PaymentVoided,
    'payment',
    ({ refunded }) => `voided, ${inDong(refunded)} given back`,
    ({ refunded }) => `đã hủy thanh toán, hoàn lại ${inDong(refunded)}`,
  ),
  entry(
    PaymentRefunded,
    'payment',
    ({ amount }) => `${inDong(amount)} given back`,
    ({ amount }) => `đã hoàn lại ${inDong(amount)}`,
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
      `${kind}: ${inDong(amount)}, charge ${chargeId ?? 'unknown'} of ${provider}`,
    ({ kind, amount, chargeId, provider }) =>
      `${kind}: ${inDong(amount)}, giao dịch ${chargeId ?? 'không rõ'} của ${provider}`,
  ),
  entry(
    MoneyReturned,
    'payment',
    ({ amount, chargeId, provider }) => `${inDong(amount)} given back, charge ${chargeId} of ${provider}`,
    ({ amount, chargeId, provider }) => `đã hoàn lại ${inDong(amount)}, giao dịch ${chargeId} của ${provider}`,
  ),
  entry(
    PointsEarned,
    'points',
    (body) => `${counted(body.points, 'point')} earned`,
    (body) => `được cộng ${body.points} điểm`,
  ),
  entry(
    PointsTakenBack,
    'points',
    (body) => `${counted(body.points, 'point')} taken back`,
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
export const heardByTimeline: readonly MessageClass[] = entries.map(({ heard }) => heard);

/** A message of the timeline. Each is about an order. */
export type HeardByTimeline = Message<{ readonly orderId: Uuid }>;

const byType = new Map(entries.map((one) => [one.heard.type, one]));

/** The source of a message in the timeline, and the message's text for staff. */
export function inTimeline(
  message: Message,
  locale: Locale = 'en',
): { readonly source: Source; readonly note: string } {
  const { source, words } = byType.get((message.constructor as unknown as MessageClass).type)!;
  return { source, note: words[locale](message.body as never) };
}

/** The text of a stored message in the given language. If this build does not know the message, the stored text. */
export function keptNote(
  kept: { readonly type: string; readonly note: string; readonly data: object },
  locale: Locale,
) {
  const known = byType.get(kept.type);
  if (!known) return kept.note;
  try {
    return known.words[locale](kept.data as never);
  } catch {
    return kept.note; // an older build stored data of another shape
  }
}
