import { vnd } from '#kernel';
import {
  applyRefundAnswer,
  isReturnedAfterRefusal,
  settleRefundByHand,
  type Refund,
  type RefundAnswer,
} from './refund';

const open: Refund = {
  ...{ id: '019ab3c4-0000-7000-8000-000000000001', orderId: '019ab3c4-0000-7000-8000-000000000002' },
  ...{ amount: vnd(20_000), state: 'open', reason: 'spilt', unanswered: 0 },
};

describe('A refund', () => {
  it.each<RefundAnswer>([
    { kind: 'no-answer', reason: 'time-out' },
    { kind: 'not-asked', reason: 'the provider sandbox is switched off', absent: true },
    { kind: 'not-asked', reason: 'connect ECONNREFUSED' },
    { kind: 'not-now', reason: 'the charge is still being processed' },
  ])('whose answer is $kind is requested again, without a limit', (heard) => {
    let refund = open;
    for (let n = 0; n < 30; n++) {
      const decision = applyRefundAnswer(refund, heard);
      expect(decision.messages).toEqual([]);
      expect(decision.wait).toBeLessThanOrEqual(60_000);
      refund = decision.refund;
    }
    expect(refund.state).toBe('open');
    expect(applyRefundAnswer(refund, { kind: 'refunded' })).toMatchObject({ refund: { state: 'refunded' } });
  });

  it('ends when the provider refuses the amount', () => {
    const refused = applyRefundAnswer(open, { kind: 'refused', reason: 'not so much is left' });
    expect(refused).toMatchObject({ refund: { state: 'refused' }, messages: [{ body: { amount: vnd(20_000) } }] });
  });

  it('can be ended by hand as given back, or as still owed', () => {
    expect(settleRefundByHand(open, 'given-back').state).toBe('refunded');
    expect(settleRefundByHand(open, 'unknown').state).toBe('refused');
    const over: Refund = { ...open, state: 'refunded' };
    expect(settleRefundByHand(over, 'unknown')).toBe(over);
  });

  it('counts as given back after its end only if it had ended as refused', () => {
    const given: RefundAnswer = { kind: 'refunded' };
    expect(isReturnedAfterRefusal(settleRefundByHand(open, 'unknown'), given)).toBe(true);
    expect(isReturnedAfterRefusal(settleRefundByHand(open, 'unknown'), { kind: 'refused', reason: 'no' })).toBe(false);
    for (const state of ['open', 'refunded'] as const)
      expect(isReturnedAfterRefusal({ ...open, state }, given)).toBe(false);
  });
});
