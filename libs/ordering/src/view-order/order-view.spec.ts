import { vnd } from '#kernel';
import {
  customerId,
  facts,
  factsUntil,
  orderId,
  refundRequested,
  refundMade,
  moneyReversed,
  samplePlaced,
} from '../model/order-samples';
import type { OrderEvent } from '../model/order';
import { OrderAnswer, showOrder } from './order-answer';
import { isOwnedBy } from '../model/readers';
import { projectOrder, type OrderView } from './order-view';

const minute = (version: number): string => `2026-11-23T03:0${version}:00.000Z`;

const viewOf = (events: readonly OrderEvent[]): OrderView | undefined =>
  events.reduce<OrderView | undefined>(
    (view, event, index) => projectOrder(view, event, { orderId, version: index + 1, at: minute(index + 1) }),
    undefined,
  );

const shown = (...events: readonly OrderEvent[]) => showOrder(viewOf(events)!);

/** The value as the API sends it: every sealed value is opened. */
const opened = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, part: unknown) =>
    typeof part === 'object' && part !== null && 'sealed' in part ? 'opened' : part,
  );

describe('The view of an order', () => {
  it('begins with OrderPlaced', () => {
    expect(viewOf([facts.confirmed as OrderEvent])).toBeUndefined();
    expect(shown(...factsUntil.pending)).toMatchObject({
      id: orderId,
      number: samplePlaced.number,
      status: 'pending',
      version: 1,
      total: vnd(100_000),
      placedAt: minute(1),
      payment: { method: 'card', status: 'pending', paid: vnd(0) },
      cancellationRequested: false,
      cancellation: null,
    });
  });

  it('has the time at which the order first reached each status', () => {
    const { since, updatedAt, version } = shown(...factsUntil.completed);
    expect(since).toEqual({
      pending: minute(1),
      confirmed: minute(2),
      accepted: minute(3),
      preparing: minute(4),
      ready: minute(5),
      completed: minute(6),
    });
    expect({ updatedAt, version }).toEqual({ updatedAt: minute(6), version: 6 });
  });

  it('has sealed personal values, and no token of the card or the guest', () => {
    const order = shown(...factsUntil.confirmed);
    expect(order.contact).toEqual(samplePlaced.contact);
    expect(JSON.stringify(order)).not.toContain('tok_ok');
    expect(JSON.stringify(order)).not.toContain('guestTokenHash');
  });

  it.each([
    ['a card is paid at once', [facts.placed, facts.confirmed], 'paid'],
    ['cash is due', [facts.placedForCash, facts.confirmedForCash], 'due'],
    [
      'a part has gone back',
      [facts.placed, facts.confirmed, refundRequested('r', 40_000), refundMade('r', 40_000)],
      'partly-refunded',
    ],
    [
      'all has gone back',
      [facts.placed, facts.confirmed, refundRequested('r', 100_000), refundMade('r', 100_000)],
      'refunded',
    ],
    ['it was never paid', [facts.placed, facts.cancelled], 'none'],
  ])('shows the state of the payment: %s', (_, events, status) => {
    expect(shown(...events).payment.status).toBe(status);
  });

  it('tells whether a cancellation is requested, and why the order was cancelled', () => {
    expect(shown(...factsUntil.pending, facts.unwanted as OrderEvent).cancellationRequested).toBe(true);
    const cancelled = shown(...factsUntil.pending, facts.unwanted, facts.cancelled);
    expect(cancelled).toMatchObject({ status: 'cancelled', cancellationRequested: false });
    expect(cancelled.cancellation).toMatchObject({ code: 'CUSTOMER', by: 'customer' });
  });

  it.each(Object.entries(factsUntil))('has the documented shape while %s', (_, events) => {
    expect(OrderAnswer.strict().parse(opened(shown(...events)))).toMatchObject({ id: orderId });
  });

  it('belongs to its customer, or to the guest with its cart token', () => {
    const customers = viewOf(factsUntil.pending)!;
    expect(isOwnedBy(customers, { userId: customerId })).toBe(true);
    expect(isOwnedBy(customers, { userId: orderId })).toBe(false);
    expect(isOwnedBy(customers, {})).toBe(false);
    const placed = { ...samplePlaced, customerId: null, guestTokenHash: 'h' };
    const guests = viewOf([{ type: 'OrderPlaced', data: placed }])!;
    expect(isOwnedBy(guests, { cartTokenHash: 'h' })).toBe(true);
    expect(isOwnedBy(guests, { userId: customerId, cartTokenHash: 'other' })).toBe(false);
    expect(isOwnedBy(guests, {})).toBe(false);
  });
});

describe('The view of money that was taken and given back', () => {
  const [taken, none] = [vnd(100_000), vnd(0)];

  it('shows this money as paid and refunded on an order that was never paid, before or after its cancellation', () => {
    const payment = { status: 'refunded', paid: taken, refunded: taken };
    expect(shown(facts.placed, moneyReversed(100_000), facts.cancelled)).toMatchObject({
      status: 'cancelled',
      payment,
    });
    expect(shown(facts.placed, facts.cancelled, moneyReversed(100_000))).toMatchObject({
      status: 'cancelled',
      payment,
    });
    expect(shown(facts.placed, facts.cancelled)).toMatchObject({ payment: { status: 'none', paid: none } });
  });

  it('does not change the payment of a paid order', () => {
    const payment = { status: 'paid', paid: taken, refunded: none };
    expect(shown(...factsUntil.confirmed, moneyReversed(100_000))).toMatchObject({ status: 'confirmed', payment });
    expect(shown(facts.placed, moneyReversed(100_000), facts.confirmed)).toMatchObject({
      status: 'confirmed',
      payment,
    });
  });
});
