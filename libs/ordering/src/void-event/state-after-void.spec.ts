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
const stateOf = (events: readonly OrderEvent[], checkout: Checkout) => stateAfterVoid(viewOf(...events), { checkout });
const textsWith = (...words: string[]) => words.map((word): unknown => expect.stringContaining(word));

describe('The state after an event was declared void', () => {
  it.each<[string, readonly OrderEvent[], Checkout, string, readonly string[]]>([
    ['an order that can continue', factsUntil.accepted, confirmed, 'accepted', []],
    ['a pending order', factsUntil.pending, confirmed, 'pending', [`Retry the saga checkout:${orderId}`]],
    [
      'a pending order with a cancellation request',
      [facts.placed, facts.unwanted],
      confirmed,
      'pending',
      ['nothing to do'],
    ],
    ['an order that is closed again', factsUntil.pending, givenUp, 'pending', ['nothing to do']],
    [
      'an order whose checkout is still running',
      factsUntil.pending,
      { step: 'closing', orderId, why: 'OVERDUE', asked: 0 },
      'pending',
      [],
    ],
    ['an order in progress again', factsUntil.accepted, undone, 'accepted', ['Cancel it again']],
    ['an order that was never paid', [facts.placed, facts.cancelled], undone, 'cancelled', ['does not count as paid']],
    ['a cancelled order', [...factsUntil.confirmed, facts.cancelled], undone, 'cancelled', []],
  ])('has the status and the to-dos of %s', (_, events, checkout, status, words) => {
    expect(stateOf(events, checkout)).toEqual({ status, toDo: textsWith(...words) });
  });

  const refund = (step: RefundStep, ...events: readonly OrderEvent[]) =>
    stateAfterVoid(viewOf(...events), { refunds: { refunds: { a: step } } }).toDo;
  const given: RefundStep = { step: 'refunded', amount: vnd(10_000) };

  it('names a refund whose result the order does not have any more', () => {
    const requested = [...factsUntil.confirmed, refundRequested('a', 10_000)];
    expect(refund(given, ...requested)).toEqual(textsWith('The refund a had ended (refunded)'));
    expect(refund(given, ...factsUntil.confirmed)).toEqual(textsWith('No money is given twice'));
    expect(refund(given, ...factsUntil.pending)).toEqual(textsWith('does not count'));
    expect(refund(given, ...requested, refundMade('a', 10_000))).toEqual([]);
    expect(refund({ step: 'paying-back', amount: vnd(10_000), reason: 'cold', asked: 0 }, ...requested)).toEqual([]);
  });
});
