import fc from 'fast-check';
import { fold, sum, times, vnd } from '#kernel';
import { advanceOrder, steps } from '../advance-order/advance-order';
import { cancelOrder, closeOrder } from '../cancel-order/cancel-order';
import { confirmOrder } from '../confirm-order/confirm-order';
import { placeOrder } from '../place-order/place-order';
import { recordRefund, recordRefundFailure, refundOrder } from '../refund-order/refund-order';
import { orderReducer, refundableAmount, totalRefunded, type Order, type OrderEvent } from './order';
import {
  everyFact,
  facts,
  orderAfter,
  line,
  factsUntil,
  refundRequested,
  refundMade,
  samplePlaced,
} from './order-samples';

const { subtotal: _s, deliveryFee: _d, total: _t, ...request } = samplePlaced;

const lines = fc.array(
  fc.record({ sku: fc.constantFrom('a', 'b', 'c'), quantity: fc.integer({ min: 1, max: 9 }), price: fc.nat(90_000) }),
  { minLength: 1, maxLength: 8 },
);

/** Any request that an order can get. */
const anyRequest = fc.oneof(
  fc.constant((order: Order) => placeOrder(order, request)),
  fc
    .constantFrom('card' as const, 'cash' as const)
    .map(
      (method) => (order: Order) =>
        confirmOrder(order, { paymentId: 'p', method, provider: method, chargeId: null, amount: vnd(100_000) }),
    ),
  fc.constantFrom(...steps).map((step) => (order: Order) => advanceOrder(order, step)),
  fc
    .record({ by: fc.constantFrom('customer' as const, 'staff' as const), refundId: fc.constant('cancelled') })
    .map((request) => (order: Order) => cancelOrder(order, { ...request, reason: null })),
  fc.constant((order: Order) => closeOrder(order, 'OVERDUE')),
  fc
    .record({
      refundId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      amount: fc.option(fc.integer({ min: 1, max: 120_000 })),
    })
    .map(
      ({ refundId, amount }) =>
        (order: Order) =>
          refundOrder(order, { refundId, reason: 'cold', ...(amount !== null && { amount: vnd(amount) }) }),
    ),
  fc.constantFrom('a', 'b', 'c', 'd', 'e').map((id) => (order: Order) => recordRefund(order, id)),
  fc.constantFrom('a', 'b', 'c', 'd', 'e').map((id) => (order: Order) => recordRefundFailure(order, id, 'no')),
);

/**
 * The facts that random requests produce. Each request is decided on the facts before it. A refused request adds no
 * fact.
 */
const lives = fc.array(anyRequest, { maxLength: 30 }).map((requests) => {
  const events: OrderEvent[] = [...factsUntil.confirmed];
  for (const decide of requests)
    try {
      events.push(...decide(fold(orderReducer, events)));
    } catch {
      // refused
    }
  return events;
});

describe('An order', () => {
  it('has a total that is the sum of its lines', () => {
    fc.assert(
      fc.property(lines, (wanted) => {
        const placedLines = wanted.map(({ sku, quantity, price }) => line(sku, quantity, price));
        const [placed] = placeOrder(orderAfter(), { ...request, lines: placedLines });
        if (placed?.type !== 'OrderPlaced') throw new Error('not placed');
        const { subtotal, total } = placed.data;
        expect(subtotal).toEqual(sum(wanted.map(({ price, quantity }) => times(vnd(price), quantity))));
        expect(total.amount).toBe(subtotal.amount + placed.data.deliveryFee.amount);
      }),
    );
  });

  it('has the same state if its facts are folded in two parts', () => {
    fc.assert(
      fc.property(lives, fc.nat(), (events, cut) => {
        const at = cut % (events.length + 1);
        const prefix = fold(orderReducer, events.slice(0, at));
        expect(fold(orderReducer, events.slice(at), prefix)).toEqual(fold(orderReducer, events));
      }),
    );
  });

  it('never gives back more than was paid', () => {
    fc.assert(
      fc.property(lives, (events) => {
        const order = fold(orderReducer, events);
        if (!('refunds' in order)) return;
        expect(refundableAmount(order).amount).toBeGreaterThanOrEqual(0);
        expect(totalRefunded(order).amount).toBeLessThanOrEqual(order.paid.amount);
        expect(new Set(order.refunds.map(({ refundId }) => refundId)).size).toBe(order.refunds.length);
      }),
    );
  });

  it('is confirmed once, and cancelled at most once', () => {
    fc.assert(
      fc.property(lives, (events) => {
        expect(events.filter(({ type }) => type === 'OrderCancelled').length).toBeLessThanOrEqual(1);
        expect(events.filter(({ type }) => type === 'OrderConfirmed')).toHaveLength(1);
      }),
    );
  });

  it('ignores facts that do not fit its status, so that any stream can be shown', () => {
    const sample = Object.values(everyFact).filter(({ type }) => type !== 'OrderPlaced');
    for (const fact of sample) expect(orderAfter(fact)).toEqual({ status: 'unplaced' });
    const cancelled = orderAfter(facts.placed, facts.cancelled);
    for (const fact of sample) expect(orderReducer.evolve(cancelled, fact)).toMatchObject({ status: 'cancelled' });
    const refundedOrder = orderAfter(...factsUntil.completed, refundRequested('a', 100_000), refundMade('a', 100_000));
    for (const fact of sample) expect(orderReducer.evolve(refundedOrder, fact)).toMatchObject({ status: 'refunded' });
  });
});
