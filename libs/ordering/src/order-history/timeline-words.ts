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

const goods = (lines: readonly { readonly sku: string; readonly quantity: number }[]): string =>
  lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ') || 'nothing';

/** Which lane of the timeline a message belongs to, and what it says, for staff. */
export function inTimeline(message: Message): { readonly source: Source; readonly note: string } {
  const heard = message as HeardByTimeline;
  if (heard instanceof StockReserved) return { source: 'stock', note: `reserved ${goods(heard.body.lines)}` };
  if (heard instanceof StockShort) {
    const short = heard.body.short.map(
      ({ sku, quantity, available }) => `${sku}: ${quantity} wanted, ${available} left`,
    );
    return { source: 'stock', note: `short of ${short.join(', ')}` };
  }
  if (heard instanceof StockCommitted)
    return { source: 'stock', note: `taken off the shelf: ${goods(heard.body.lines)}` };
  if (heard instanceof StockCommitRefused) return { source: 'stock', note: `commit refused: ${heard.body.reason}` };
  if (heard instanceof StockReleased) {
    const { lines, restocked, wasted } = heard.body;
    return { source: 'stock', note: `${wasted ? 'wasted' : restocked ? 'restocked' : 'released'} ${goods(lines)}` };
  }
  if (heard instanceof PaymentTaken) {
    const { amount, method, provider } = heard.body;
    return {
      source: 'payment',
      note: method === 'cash' ? `${inDong(amount)} owed in cash` : `${inDong(amount)} taken by ${provider}`,
    };
  }
  if (heard instanceof PaymentDeclined) return { source: 'payment', note: `${heard.body.code}: ${heard.body.reason}` };
  if (heard instanceof PaymentUnknown) {
    return {
      source: 'payment',
      note: `nobody knows yet, asked ${heard.body.attempts} times${heard.body.reason ? `: ${heard.body.reason}` : ''}`,
    };
  }
  if (heard instanceof PaymentVoided)
    return { source: 'payment', note: `voided, ${inDong(heard.body.refunded)} given back` };
  if (heard instanceof PaymentRefunded) return { source: 'payment', note: `${inDong(heard.body.amount)} given back` };
  if (heard instanceof RefundRefused) return { source: 'payment', note: `refund refused: ${heard.body.reason}` };
  if (heard instanceof MoneyFound) {
    const { kind, amount, chargeId, provider } = heard.body;
    return { source: 'payment', note: `${kind}: ${inDong(amount)}, charge ${chargeId ?? 'unknown'} of ${provider}` };
  }
  if (heard instanceof MoneyReturned) {
    const { amount, chargeId, provider } = heard.body;
    return { source: 'payment', note: `${inDong(amount)} given back, charge ${chargeId} of ${provider}` };
  }
  if (heard instanceof PointsEarned) return { source: 'points', note: `${heard.body.points} points earned` };
  if (heard instanceof PointsTakenBack) return { source: 'points', note: `${heard.body.points} points taken back` };
  return { source: 'notification', note: `${heard.body.event} sent by ${heard.body.channel}` };
}
