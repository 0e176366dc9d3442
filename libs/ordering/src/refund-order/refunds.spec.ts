import { vnd } from '#kernel';
import { OrderRefunded, OrderRefundFailed, OrderRefundRequested } from '#contracts/ordering';
import { PaymentRefunded, RefundPayment, RefundRefused } from '#contracts/payments';
import { RecordRefund, RecordRefundFailure, RefundWaits } from './refunds-messages';
import { allDone, hearOfRefund, noRefunds, type Refunds, type RefundsHear } from './refunds';

const orderId = 'o1';
const amount = vnd(40_000);
const about = (refundId = 'a') => ({ orderId, refundId, amount, reason: 'cold', version: 7 });
const requested = (refundId?: string) => new OrderRefundRequested(about(refundId));
const paidBack = (refundId?: string) => new PaymentRefunded(about(refundId));
const refused = () => new RefundRefused(about());
const recorded = (refundId?: string) => new OrderRefunded(about(refundId) as never);
const failed = () => new OrderRefundFailed(about() as never);
const waits = () => new RefundWaits({ orderId, refundId: 'a' });

const after = (...heard: RefundsHear[]) =>
  heard.reduce<Refunds>((state, it) => hearOfRefund(state, it).state, noRefunds);
const asks = (state: Refunds, heard: RefundsHear) => hearOfRefund(state, heard).asks;

describe('Giving money back', () => {
  it('asks the provider, then tells the order', () => {
    expect(asks(noRefunds, requested())).toEqual([
      new RefundPayment({ orderId, refundId: 'a', amount, reason: 'cold', idempotencyKey: 'refunds:o1:a:paying-back' }),
    ]);
    expect(asks(after(requested()), paidBack())).toEqual([
      new RecordRefund({ orderId, refundId: 'a', amount, idempotencyKey: 'refunds:o1:a:recording' }),
    ]);
    const done = hearOfRefund(after(requested(), paidBack()), recorded());
    expect(done).toMatchObject({
      state: { refunds: { a: { step: 'refunded' } } },
      asks: [],
      timers: [{ inSeconds: null }],
    });
    expect(allDone(done.state)).toBe(true);
  });

  it('tells the order of a refusal too', () => {
    expect(asks(after(requested()), refused())).toEqual([
      new RecordRefundFailure({
        orderId,
        refundId: 'a',
        reason: 'cold',
        idempotencyKey: 'refunds:o1:a:recording-failure',
      }),
    ]);
    expect(after(requested(), refused(), failed())).toEqual({ refunds: { a: { step: 'failed' } } });
  });

  it('keeps two refunds of one order apart', () => {
    expect(after(requested('a'), requested('b'), paidBack('b'), recorded('b'))).toMatchObject({
      refunds: { a: { step: 'paying-back' }, b: { step: 'refunded' } },
    });
  });

  it('asks again when nobody answers, ever more patiently', () => {
    const again = hearOfRefund(after(requested()), waits());
    expect(again.asks).toEqual(asks(noRefunds, requested()));
    expect(again.timers).toMatchObject([{ name: 'refund-waits:a', inSeconds: 60 }]);
    expect(asks(after(requested(), paidBack()), waits())).toHaveLength(1);
  });

  it.each<[string, Refunds, RefundsHear]>([
    ['the request, again', after(requested()), requested()],
    ['the money, again', after(requested(), paidBack()), paidBack()],
    ['a refund nobody asked for', noRefunds, paidBack()],
    ['a timer that comes late', after(requested(), paidBack(), recorded()), waits()],
    ['the record, again', after(requested(), paidBack(), recorded()), recorded()],
  ])('makes nothing of %s', (_, state, heard) => {
    expect(hearOfRefund(state, heard)).toMatchObject({ state, asks: [], timers: [] });
  });
});
