import type { Message } from '#kernel';
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

/** What the timeline hears, beside the order's own events and its checkout's journal. */
export const heardByTimeline = [
  StockReserved,
  StockShort,
  StockCommitted,
  StockCommitRefused,
  StockReleased,
  PaymentTaken,
  PaymentDeclined,
  PaymentUnknown,
  PaymentVoided,
  PaymentRefunded,
  RefundRefused,
  MoneyFound,
  MoneyReturned,
  PointsEarned,
  PointsTakenBack,
  NotificationSent,
] as const;

export type HeardByTimeline = InstanceType<(typeof heardByTimeline)[number]>;

const goods = (lines: readonly { readonly sku: string; readonly quantity: number }[], none: string): string =>
  lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ') || none;

interface Note {
  readonly source: Source;
  readonly note: string;
}

const stock = (note: string): Note => ({ source: 'stock', note });
const payment = (note: string): Note => ({ source: 'payment', note });
const points = (note: string): Note => ({ source: 'points', note });

/** Which lane of the timeline a message belongs to, and what it says, for staff. */
export function inTimeline(message: Message, locale: Locale = 'en'): Note {
  return locale === 'vi' ? inVietnamese(message as HeardByTimeline) : inEnglish(message as HeardByTimeline);
}

const because = (reason: string | undefined): string => (reason ? `: ${reason}` : '');

function inEnglish(heard: HeardByTimeline): Note {
  if (heard instanceof StockReserved) return stock(`reserved ${goods(heard.body.lines, 'nothing')}`);
  if (heard instanceof StockShort) {
    const short = heard.body.short.map((one) => `${one.sku}: ${one.quantity} wanted, ${one.available} left`);
    return stock(`short of ${short.join(', ')}`);
  }
  if (heard instanceof StockCommitted) return stock(`taken off the shelf: ${goods(heard.body.lines, 'nothing')}`);
  if (heard instanceof StockCommitRefused) return stock(`commit refused: ${heard.body.reason}`);
  if (heard instanceof StockReleased) {
    const { lines, restocked, wasted } = heard.body;
    return stock(`${wasted ? 'wasted' : restocked ? 'restocked' : 'released'} ${goods(lines, 'nothing')}`);
  }
  if (heard instanceof PaymentTaken) {
    const { amount, method, provider } = heard.body;
    return payment(method === 'cash' ? `${inDong(amount)} owed in cash` : `${inDong(amount)} taken by ${provider}`);
  }
  if (heard instanceof PaymentDeclined) return payment(`${heard.body.code}: ${heard.body.reason}`);
  if (heard instanceof PaymentUnknown) {
    const { attempts, reason } = heard.body;
    return payment(`nobody knows yet, asked ${counted(attempts, 'time')}${because(reason)}`);
  }
  if (heard instanceof PaymentVoided) return payment(`voided, ${inDong(heard.body.refunded)} given back`);
  if (heard instanceof PaymentRefunded) return payment(`${inDong(heard.body.amount)} given back`);
  if (heard instanceof RefundRefused) return payment(`refund refused: ${heard.body.reason}`);
  if (heard instanceof MoneyFound) {
    const { kind, amount, chargeId, provider } = heard.body;
    return payment(`${kind}: ${inDong(amount)}, charge ${chargeId ?? 'unknown'} of ${provider}`);
  }
  if (heard instanceof MoneyReturned) {
    const { amount, chargeId, provider } = heard.body;
    return payment(`${inDong(amount)} given back, charge ${chargeId} of ${provider}`);
  }
  if (heard instanceof PointsEarned) return points(`${counted(heard.body.points, 'point')} earned`);
  if (heard instanceof PointsTakenBack) return points(`${counted(heard.body.points, 'point')} taken back`);
  return { source: 'notification', note: `${heard.body.event} sent by ${heard.body.channel}` };
}

/** `1 point`, `2 points`. */
const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

function inVietnamese(heard: HeardByTimeline): Note {
  if (heard instanceof StockReserved) return stock(`đã giữ ${goods(heard.body.lines, 'không có gì')}`);
  if (heard instanceof StockShort) {
    const short = heard.body.short.map((one) => `${one.sku}: cần ${one.quantity}, còn ${one.available}`);
    return stock(`thiếu hàng: ${short.join(', ')}`);
  }
  if (heard instanceof StockCommitted) return stock(`đã xuất kho: ${goods(heard.body.lines, 'không có gì')}`);
  if (heard instanceof StockCommitRefused) return stock(`không xuất kho được: ${heard.body.reason}`);
  if (heard instanceof StockReleased) {
    const { lines, restocked, wasted } = heard.body;
    const done = wasted ? 'đã bỏ' : restocked ? 'đã nhập lại kho' : 'đã thôi giữ';
    return stock(`${done} ${goods(lines, 'không có gì')}`);
  }
  if (heard instanceof PaymentTaken) {
    const { amount, method, provider } = heard.body;
    return payment(method === 'cash' ? `${inDong(amount)} sẽ trả tiền mặt` : `${provider} đã thu ${inDong(amount)}`);
  }
  if (heard instanceof PaymentDeclined) return payment(`bị từ chối, ${heard.body.code}: ${heard.body.reason}`);
  if (heard instanceof PaymentUnknown) {
    const { attempts, reason } = heard.body;
    return payment(`chưa rõ kết quả, đã hỏi ${attempts} lần${because(reason)}`);
  }
  if (heard instanceof PaymentVoided) return payment(`đã hủy thanh toán, hoàn lại ${inDong(heard.body.refunded)}`);
  if (heard instanceof PaymentRefunded) return payment(`đã hoàn lại ${inDong(heard.body.amount)}`);
  if (heard instanceof RefundRefused) return payment(`hoàn tiền bị từ chối: ${heard.body.reason}`);
  if (heard instanceof MoneyFound) {
    const { kind, amount, chargeId, provider } = heard.body;
    return payment(`${kind}: ${inDong(amount)}, giao dịch ${chargeId ?? 'không rõ'} của ${provider}`);
  }
  if (heard instanceof MoneyReturned) {
    const { amount, chargeId, provider } = heard.body;
    return payment(`đã hoàn lại ${inDong(amount)}, giao dịch ${chargeId} của ${provider}`);
  }
  if (heard instanceof PointsEarned) return points(`được cộng ${heard.body.points} điểm`);
  if (heard instanceof PointsTakenBack) return points(`bị trừ ${heard.body.points} điểm`);
  return { source: 'notification', note: `đã gửi ${heard.body.event} qua ${heard.body.channel}` };
}

const byType = new Map<string, new (body: object) => Message>(
  heardByTimeline.map((heard) => [heard.type, heard as unknown as new (body: object) => Message]),
);

/** What a kept message says in that language; the words that were kept, where this build does not know the message. */
export function keptNote(
  kept: { readonly type: string; readonly note: string; readonly data: object },
  locale: Locale,
) {
  const Heard = byType.get(kept.type);
  if (!Heard) return kept.note;
  try {
    return inTimeline(new Heard(kept.data), locale).note;
  } catch {
    return kept.note; // its data is of another shape
  }
}
