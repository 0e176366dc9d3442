import { vnd } from '#kernel';
import { OrderRefunded, OrderRefundFailed, OrderRefundRequested } from '#contracts/ordering';
import { PaymentRefunded, RefundPayment, RefundRefused } from '#contracts/payments';
import { reactToRefundMessage, type RefundsMessage } from './refunds';
import { CompareRefunds, RecordRefund, RecordRefundFailure } from './refunds-messages';
import { refundsStatus } from './refunds-status';
import { noRefunds, type Refunds } from './refunds-steps';

const orderId = 'o1';
const amount = vnd(40_000);
const body = { orderId, refundId: 'a', amount, reason: 'cold', version: 7 };
const requested = new OrderRefundRequested(body);
const given = new PaymentRefunded(body);
const refused = new RefundRefused(body);

const after = (...messages: RefundsMessage[]) =>
  messages.reduce<Refunds>((state, it) => reactToRefundMessage(state, it).state, noRefunds);
const done = after(requested, given, new OrderRefunded(body as never));
const failed = after(requested, refused, new OrderRefundFailed(body as never));

type State = CompareRefunds['body']['refunds'][number]['state'];
const compareMessage = (state?: State, more: Partial<CompareRefunds['body']> = {}) =>
  new CompareRefunds({
    ...{ orderId, version: 9, confirmed: true, owed: vnd(0) },
    refunds: state ? [{ refundId: 'a', amount, state }] : [],
    ...more,
  });
const compare = (state: Refunds, it: CompareRefunds) => reactToRefundMessage(state, it);

describe('Refunds compared with the order', () => {
  const anyRefundPayment = expect.any(RefundPayment);

  it.each<[string, Refunds, CompareRefunds]>([
    ['was given, but the stream has only its request', done, compareMessage('requested')],
    ['was given, and its request is void', done, compareMessage()],
    ['was refused, but the stream has only its request', failed, compareMessage('requested')],
    ['was refused, and its request is void', failed, compareMessage()],
  ])('request again, with the same id and amount, a refund that %s', (_, state, it) => {
    const again = compare(state, it);
    expect(again.asks).toEqual([anyRefundPayment]);
    expect((again.asks[0] as RefundPayment).body).toMatchObject({ refundId: 'a', amount });
    expect(again.timers).toMatchObject([{ name: 'refund-waits:a', afterSeconds: 30 }]);
    expect(reactToRefundMessage(again.state, given).asks).toEqual([expect.any(RecordRefund)]);
    const [record] = reactToRefundMessage(again.state, refused).asks as RecordRefundFailure[];
    expect(record.body).toMatchObject({ refundId: 'a', amount });
    // The comparison is received again.
    expect(compare(again.state, it)).toMatchObject({ state: again.state, asks: [] });
  });

  it.each<[string, Refunds, CompareRefunds]>([
    ['agree', done, compareMessage('refunded')],
    ['agree that it failed', failed, compareMessage('failed')],
    ['wait for payments', after(requested), compareMessage()],
    ['were made for an order that does not count as paid', done, compareMessage(undefined, { confirmed: false })],
    ['have ended, and the amount was not stored', { refunds: { a: { step: 'refunded' } } }, compareMessage()],
  ])('that %s send no request', (_, state, it) => {
    expect(compare(state, it)).toMatchObject({ state: { refunds: state.refunds }, asks: [], timers: [] });
  });

  it('begin a refund whose request was lost, only once, and without the reason that staff typed', () => {
    const compareWithLost = (state: Refunds) => {
      const it = compareMessage('requested');
      return compare(
        state,
        new CompareRefunds({ ...it.body, refunds: it.body.refunds.map((one) => ({ ...one, reason: 'cold' })) }),
      );
    };
    const begun = compareWithLost(noRefunds);
    expect(begun.asks).toMatchObject([{ body: { refundId: 'a', amount, reason: 'cold' } }]);
    expect(begun.timers).toMatchObject([{ name: 'refund-waits:a', afterSeconds: 30 }]);
    expect(compareWithLost(begun.state).asks).toEqual([]);
    expect(reactToRefundMessage(begun.state, requested)).toMatchObject({ state: begun.state, asks: [] });
    expect(compare(noRefunds, compareMessage('requested', { confirmed: false })).asks).toEqual([]);
    expect(compare(noRefunds, compareMessage('refunded')).asks).toEqual([]);
  });

  it('set the timer of a refund that waits, because perhaps the timer was lost', () => {
    expect(compare(after(requested), compareMessage('requested'))).toMatchObject({
      asks: [],
      timers: [{ name: 'refund-waits:a', afterSeconds: 30 }],
    });
  });

  it('send a result again if perhaps the order has not recorded it', () => {
    const parked: Refunds = { refunds: { a: { step: 'recording', amount, asked: 8, parked: 'no answer' } } };
    const again = compare(parked, compareMessage());
    expect(again.asks).toEqual([expect.any(RecordRefund)]);
    expect(refundsStatus(again.state)).toMatchObject({ status: 'running' });
  });

  it('end if the order has recorded their results, or does not count as paid', () => {
    const recording = after(requested, given);
    expect(compare(recording, compareMessage('refunded'))).toMatchObject({
      state: { refunds: { a: { step: 'refunded', amount } } },
      asks: [],
      timers: [{ name: 'refund-waits:a', afterSeconds: null }],
    });
    const notRecorded = after(requested, refused);
    const { state } = compare(notRecorded, compareMessage(undefined, { confirmed: false }));
    expect(refundsStatus(state)).toMatchObject({ status: 'over', attention: null }); // no money is owed
  });
});
