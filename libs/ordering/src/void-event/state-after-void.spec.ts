import { vnd } from '#kernel';
import type { Checkout } from '../checkout/checkout-steps';
import type { OrderEvent } from '../model/order';
import { facts, factsUntil, orderId, refundRequested, refundMade } from '../model/order-samples';
import type { RefundStep } from '../refund-order/refunds-steps';
import { evolveDatedOrder, type DatedOrder } from '../model/dated-order';
import { stateAfterVoid } from './state-after-void';

const viewOf = (...events: readonly OrderEvent[]) =>
  events.reduce<DatedOrder | undefined>(
    (view, event, index) =>
      evolveDatedOrder(view, event, { orderId, version: index + 1, at: '2026-11-23T03:04:05.678Z' }),
    undefined,
  )!;

const confirmed: Checkout = { step: 'confirmed', orderId, method: 'card' };
const undone: Checkout = { step: 'undone', orderId };
const givenUp: Checkout = { step: 'given-up', orderId, why: 'OVERDUE' };
const left = (events: readonly OrderEvent[], checkout: Checkout) => stateAfterVoid(viewOf(...events), { checkout });
const saying = (...words: string[]) => words.map((word): unknown => expect.stringContaining(word));

describe('What a declaration leaves', () => {
  it.each<[string, readonly OrderEvent[], Checkout, string, readonly string[]]>([
    ['an order that can go on', factsUntil.accepted, confirmed, 'accepted', []],
    ['a pending one', factsUntil.pending, confirmed, 'pending', [`Retry the saga checkout:${orderId}`]],
    ['an unwanted one', [facts.placed, facts.unwanted], confirmed, 'pending', ['nothing to do']],
    ['one that is closed again', factsUntil.pending, givenUp, 'pending', ['nothing to do']],
    ['one on its way', factsUntil.pending, { step: 'closing', orderId, why: 'OVERDUE', asked: 0 }, 'pending', []],
    ['one that goes on', factsUntil.accepted, undone, 'accepted', ['Cancel it again']],
    ['one that was never paid', [facts.placed, facts.cancelled], undone, 'cancelled', ['does not count as paid']],
    ['one that is cancelled', [...factsUntil.confirmed, facts.cancelled], undone, 'cancelled', []],
  ])('is said of %s', (_, events, checkout, status, words) => {
    expect(left(events, checkout)).toEqual({ status, toDo: saying(...words) });
  });

  const refund = (step: RefundStep, ...events: readonly OrderEvent[]) =>
    stateAfterVoid(viewOf(...events), { refunds: { refunds: { a: step } } }).toDo;
  const given: RefundStep = { step: 'refunded', amount: vnd(10_000) };

  it('is said of a refund that the order does not tell of any more', () => {
    const asked = [...factsUntil.confirmed, refundRequested('a', 10_000)];
    expect(refund(given, ...asked)).toEqual(saying('The refund a had ended (refunded)'));
    expect(refund(given, ...factsUntil.confirmed)).toEqual(saying('No money is given twice'));
    expect(refund(given, ...factsUntil.pending)).toEqual(saying('does not count'));
    expect(refund(given, ...asked, refundMade('a', 10_000))).toEqual([]);
    expect(refund({ step: 'paying-back', amount: vnd(10_000), reason: 'cold', asked: 0 }, ...asked)).toEqual([]);
  });
});
