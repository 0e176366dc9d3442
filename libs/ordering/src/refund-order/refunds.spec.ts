import { vnd } from '#kernel';
import { OrderRefunded, OrderRefundFailed, OrderRefundRequested } from '#contracts/ordering';
import { PaymentRefunded, RefundPayment, RefundRefused } from '#contracts/payments';
import { RecordRefund, RecordRefundFailure, RefundAgain, RefundWaits, RetryRefunds } from './refunds-messages';
import { refundsStatus } from './refunds-status';
import { reactToRefundMessage, type RefundsMessage } from './refunds';
import { MAX_REPEATS } from '../model/asked-again';
import { areAllDone, noRefunds, owedAmountOf, type Refunds } from './refunds-steps';

const orderId = 'o1';
const amount = vnd(40_000);
const about = (refundId = 'a') => ({ orderId, refundId, amount, reason: 'cold', version: 7 });
const requested = (refundId?: string) => new OrderRefundRequested(about(refundId));
const paidBack = (refundId?: string) => new PaymentRefunded(about(refundId));
const refused = () => new RefundRefused(about());
const recorded = (refundId?: string) => new OrderRefunded(about(refundId) as never);
const failed = () => new OrderRefundFailed(about() as never);
/** The message of `newMessage`, with the owed amount that the order reports at `version`. */
const withOwedReport = (
  newMessage: (refundId?: string) => RefundsMessage,
  version: number,
  owed: number,
  refundId?: string,
) => {
  const message = newMessage(refundId);
  return new (message.constructor as new (body: object) => RefundsMessage)({
    ...message.body,
    version,
    owed: vnd(owed),
  });
};
const waits = () => new RefundWaits({ orderId, refundId: 'a' });

const after = (...messages: RefundsMessage[]) =>
  messages.reduce<Refunds>((state, it) => reactToRefundMessage(state, it).state, noRefunds);
const asks = (state: Refunds, message: RefundsMessage) => reactToRefundMessage(state, message).asks;

describe('Giving money back', () => {
  it('asks payments to give the money back, then the order to record the refund', () => {
    expect(asks(noRefunds, requested())).toEqual([
      new RefundPayment({ orderId, refundId: 'a', amount, reason: 'cold', idempotencyKey: 'refunds:o1:a:paying-back' }),
    ]);
    expect(asks(after(requested()), paidBack())).toEqual([
      new RecordRefund({ orderId, refundId: 'a', amount, idempotencyKey: 'refunds:o1:a:recording' }),
    ]);
    const done = reactToRefundMessage(after(requested(), paidBack()), recorded());
    expect(done).toMatchObject({
      state: { refunds: { a: { step: 'refunded' } } },
      asks: [],
      timers: [{ afterSeconds: null }],
    });
    expect(areAllDone(done.state)).toBe(true);
  });

  it('asks the order to record a refusal', () => {
    expect(asks(after(requested()), refused())).toEqual([
      new RecordRefundFailure({
        orderId,
        refundId: 'a',
        reason: 'cold',
        amount,
        idempotencyKey: 'refunds:o1:a:recording-failure',
      }),
    ]);
    expect(after(requested(), refused(), failed())).toEqual({
      refunds: { a: { step: 'failed', owed: amount, reason: 'cold' } },
    });
  });

  it('handles two refunds of one order separately', () => {
    expect(after(requested('a'), requested('b'), paidBack('b'), recorded('b'))).toMatchObject({
      refunds: { a: { step: 'paying-back' }, b: { step: 'refunded' } },
    });
  });

  it('asks again when no answer comes, and waits longer each time', () => {
    const again = reactToRefundMessage(after(requested()), waits());
    expect(again.asks).toEqual(asks(noRefunds, requested()));
    expect(again.timers).toMatchObject([{ name: 'refund-waits:a', afterSeconds: 60 }]);
    expect(asks(after(requested(), paidBack()), waits())).toHaveLength(1);
  });

  it.each<[string, Refunds, RefundsMessage]>([
    ['the request, again', after(requested()), requested()],
    ['the money, again', after(requested(), paidBack()), paidBack()],
    ['a refund without a request', noRefunds, paidBack()],
    ['a timer that comes late', after(requested(), paidBack(), recorded()), waits()],
    ['the record, again', after(requested(), paidBack(), recorded()), recorded()],
  ])('does nothing for %s', (_, state, message) => {
    expect(reactToRefundMessage(state, message)).toMatchObject({ state, asks: [], timers: [] });
  });
});

const newRetry = (reason: string | null = null) => new RetryRefunds({ orderId, by: 'admin-1', reason });
const unansweredWaits = Array.from({ length: MAX_REPEATS + 1 }, waits);

describe('Money that was given back without a request', () => {
  it('needs attention until staff retry, and changes no refund of the order', () => {
    const unrequested = after(paidBack());
    expect(unrequested.refunds).toEqual({});
    const attention =
      'payments gave back 40000 VND that no refund of the order had requested: find out who requested it, then retry';
    expect(refundsStatus(unrequested)).toMatchObject({ status: 'needs-attention', attention });
    const twice = reactToRefundMessage(unrequested, paidBack('b')).state;
    expect(refundsStatus(twice).attention).toContain('80000 VND');
    const retried = reactToRefundMessage(twice, new RetryRefunds({ orderId, by: 'admin-1', reason: null })).state;
    expect(refundsStatus(retried)).toMatchObject({ status: 'running', attention: null });
  });
});

describe('A refund that gets no answer', () => {
  const parked = after(requested(), ...unansweredWaits);

  it('is parked after the last repeat, and needs attention', () => {
    expect(asks(after(requested(), ...unansweredWaits.slice(1)), waits())).toEqual([]);
    expect(asks(after(requested(), ...unansweredWaits.slice(2)), waits())).toHaveLength(1);
    expect(reactToRefundMessage(parked, waits())).toMatchObject({ state: parked, asks: [], timers: [] });
    expect(refundsStatus(parked)).toMatchObject({
      ...{ status: 'needs-attention', step: 'paying-back', attention: 'no answer while paying-back, asked 9 times' },
    });
  });

  it('continues when the answer comes late', () => {
    const late = reactToRefundMessage(parked, paidBack());
    expect(late.asks).toHaveLength(1);
    expect(late.timers).toMatchObject([{ afterSeconds: 30 }]);
    expect(refundsStatus(late.state)).toMatchObject({ status: 'running', step: 'recording', attention: null });
  });

  it('is requested again with the same key when an admin retries it', () => {
    const retried = reactToRefundMessage(parked, newRetry('provider is back'));
    expect(retried).toMatchObject({
      asks: asks(noRefunds, requested()),
      note: 'asked again, by admin-1: provider is back',
    });
    expect(retried.state).toEqual(after(requested()));
    expect(retried.timers).toMatchObject([{ name: 'refund-waits:a', afterSeconds: 30 }]);
  });
});

describe('A refund that the provider refused', () => {
  const owing = after(requested(), refused(), failed());

  it('needs attention, because the customer has not got the money', () => {
    expect(refundsStatus(owing)).toMatchObject({
      status: 'needs-attention',
      step: 'failed',
      attention: 'refused: cold',
    });
  });

  it('is requested again by the order, once, when an admin retries it', () => {
    const retried = reactToRefundMessage(owing, newRetry());
    const idempotencyKey = 'refunds:o1:a:again';
    const reason = 'again, after: cold';
    expect(retried.asks).toEqual([new RefundAgain({ orderId, refundId: 'a', amount, reason, idempotencyKey })]);
    expect(refundsStatus(retried.state)).toMatchObject({ status: 'needs-attention' }); // until the order has answered
    expect(reactToRefundMessage(retried.state, newRetry()).asks).toEqual(retried.asks); // the order accepts it once
  });

  const owing20 = after(requested(), refused(), withOwedReport(failed, 8, 20_000));

  it('is requested again with the amount that is still owed after staff gave back a part by hand', () => {
    const byHand = [withOwedReport(requested, 9, 5_000, 'b'), paidBack('b'), withOwedReport(recorded, 10, 5_000, 'b')];
    const left = byHand.reduce<Refunds>((state, it) => reactToRefundMessage(state, it).state, owing20);
    expect(refundsStatus(left)).toMatchObject({ status: 'needs-attention', attention: 'refused: cold' });
    expect(reactToRefundMessage(left, newRetry()).asks).toEqual([
      expect.objectContaining({ body: expect.objectContaining({ amount: vnd(5_000), refundId: 'a' }) }),
    ]);
  });

  it('is over when all money has gone back by hand', () => {
    const { state } = reactToRefundMessage(owing20, withOwedReport(requested, 9, 0, 'b'));
    expect(refundsStatus(state)).toMatchObject({ status: 'running', attention: null });
    expect(reactToRefundMessage(state, newRetry()).asks.filter((ask) => ask instanceof RefundAgain)).toEqual([]);
    const done = [paidBack('b'), withOwedReport(recorded, 10, 0, 'b')].reduce<Refunds>(
      (before, it) => reactToRefundMessage(before, it).state,
      state,
    );
    expect(refundsStatus(done)).toMatchObject({ status: 'over', attention: null });
  });

  it('has the newest owed amount, even if the reports arrive in another order', () => {
    const { state } = reactToRefundMessage(owing20, withOwedReport(requested, 11, 0, 'c'));
    expect(owedAmountOf(reactToRefundMessage(state, withOwedReport(requested, 9, 5_000, 'b')).state)).toEqual(vnd(0));
    const retry = new RetryRefunds({ orderId, by: 'admin-1', reason: null, owed: vnd(7_000), version: 12 });
    expect(reactToRefundMessage(state, retry).asks).toContainEqual(
      expect.objectContaining({
        body: expect.objectContaining({ amount: vnd(7_000), idempotencyKey: 'refunds:o1:12:again' }),
      }),
    );
  });

  it('decides the status, even if other refunds are over', () => {
    const both = [requested('b'), paidBack('b'), recorded('b')].reduce<Refunds>(
      (state, it) => reactToRefundMessage(state, it).state,
      owing,
    );
    expect(refundsStatus(both)).toMatchObject({ status: 'needs-attention', step: 'failed' });
  });

  it('is over if an older saga did not store the owed amount', () => {
    expect(refundsStatus({ refunds: { a: { step: 'failed' } } })).toMatchObject({ status: 'over' });
    expect(asks({ refunds: { a: { step: 'failed' } } }, newRetry())).toEqual([]);
  });
});

describe('The status of the refunds', () => {
  it.each<[string, Refunds, object]>([
    ['none yet', noRefunds, { status: 'running', waitingFor: 'a refund' }],
    ['one requested', after(requested()), { status: 'running', step: 'paying-back', asked: 0 }],
    ['one requested again', after(requested(), waits()), { status: 'needs-attention', asked: 1 }],
    ['all done', after(requested(), paidBack(), recorded()), { status: 'over', step: 'refunded', waitingFor: null }],
  ])('%s', (_, state, status) => expect(refundsStatus(state)).toMatchObject(status));
});
