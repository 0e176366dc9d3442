import type { Message } from '#kernel';
import { vnd } from '#kernel';
import { announcements } from './order-announcements';
import {
  facts,
  orderAfter,
  orderId,
  factsUntil,
  refundRequested,
  refundRequestedWith,
  refundMade,
  refundFailed,
  moneyReversed,
} from './order-samples';
import type { OrderEvent } from './order';

const at = '2026-11-23T03:04:05.678Z';
const announce = (before: readonly OrderEvent[], ...events: readonly OrderEvent[]) =>
  announcements(orderId, orderAfter(...before), before.length, events, at);
const types = (messages: readonly Message[]) =>
  messages.map((message) =>
    (message.constructor as unknown as { type: string }).type.replace(/^ordering\.|\.v1$/g, ''),
  );

describe('The messages to other contexts', () => {
  it.each<[string, readonly OrderEvent[], OrderEvent, string[]]>([
    ['a new order', [], facts.placed, ['order-placed']],
    ['a confirmed order', factsUntil.pending, facts.confirmed, ['order-confirmed', 'order-status-updated']],
    ['an accepted order', factsUntil.confirmed, facts.accepted, ['order-status-updated']],
    ['an order in preparation', factsUntil.accepted, facts.preparing, ['order-status-updated']],
    ['a ready order', factsUntil.preparing, facts.readied, ['order-status-updated']],
    ['a completed order', factsUntil.ready, facts.completed, ['order-status-updated']],
    ['a cancellation request', factsUntil.pending, facts.unwanted, ['order-cancellation-requested']],
    ['a cancelled order', factsUntil.pending, facts.cancelled, ['order-cancelled', 'order-status-updated']],
    ['a requested refund', factsUntil.completed, refundRequested('a', 1), ['order-refund-requested']],
    ['a partial refund', [...factsUntil.completed, refundRequested('a', 1)], refundMade('a', 1), ['order-refunded']],
    [
      'a full refund',
      [...factsUntil.completed, refundRequested('a', 100_000)],
      refundMade('a', 100_000),
      ['order-refunded', 'order-status-updated'],
    ],
    ['money given back after the end', [facts.placed, facts.cancelled], moneyReversed(1), ['order-payment-reversed']],
    ['money given back before the end: the later OrderCancelled reports it', factsUntil.pending, moneyReversed(1), []],
    [
      'a failed refund',
      [...factsUntil.completed, refundRequested('a', 1)],
      refundFailed('a', 1),
      ['order-refund-failed'],
    ],
  ])('about %s', (_, before, event, expected) => {
    expect(types(announce(before, event))).toEqual(expected);
  });

  it('have the version of the event that they announce', () => {
    const cancelled = { ...facts.cancelled, data: { ...facts.cancelled.data, refundDue: vnd(100_000) } };
    const messages = announce(factsUntil.confirmed, cancelled, refundRequested('a', 100_000));
    expect(messages.map((message) => (message.body as { version: number }).version)).toEqual([3, 3, 4]);
    expect(messages[0].body).toMatchObject({ wasConfirmed: true, refundDue: vnd(100_000), code: 'CUSTOMER' });
    expect(messages[1].body).toMatchObject({ status: 'cancelled', previous: 'confirmed' });
  });

  it('say how much was refunded before a cancellation, if anything was', () => {
    const requested = [...factsUntil.confirmed, refundRequested('a', 30_000)];
    const bodyOfCancellation = (before: readonly OrderEvent[]) =>
      announce(before, facts.cancelled)[0].body as { refunded?: unknown };
    expect(bodyOfCancellation([...requested, refundMade('a', 30_000)]).refunded).toEqual(vnd(30_000));
    for (const without of [factsUntil.confirmed, requested, [...requested, refundFailed('a', 30_000)]])
      expect(bodyOfCancellation(without)).not.toHaveProperty('refunded');
  });

  it('say whether a cancelled order was confirmed before', () => {
    expect(announce(factsUntil.pending, facts.cancelled)[0].body).toMatchObject({ wasConfirmed: false });
  });

  it('have sealed personal values', () => {
    const [placed] = announce([], facts.placed);
    expect(placed.body).toMatchObject({
      recipient: { name: facts.placed.data.contact.name, phone: facts.placed.data.contact.phone },
      payment: { token: facts.placed.data.payment.token },
    });
    expect(placed.key).toBe(orderId);
  });

  it('do not contain the reason that staff wrote for a refund', () => {
    const refund = { ...refundRequested('a', 1).data, reason: facts.placed.data.contact.name };
    const [requested] = announce(factsUntil.completed, { type: 'RefundRequested', data: refund } as OrderEvent);
    expect(requested.body).toMatchObject({ refundId: 'a', reason: 'asked for by staff' });
    expect(announce(factsUntil.completed, refundRequested('a', 1))[0].body).toMatchObject({ reason: 'cold' });
  });

  it('say what is owed, whether a refund ended the order, and where its goods go', () => {
    const ended = refundRequestedWith('a', 60_000, { end: true, restock: false });
    const [requested, failed] = announce(factsUntil.preparing, ended, refundFailed('a', 60_000));
    expect(requested.body).toMatchObject({ end: true, restock: false, owed: vnd(0) });
    expect(failed.body).toMatchObject({ owed: vnd(60_000), recipient: { locale: 'en' } });
    const [again] = announce([...factsUntil.preparing, ended, refundFailed('a', 60_000)], refundRequested('b', 20_000));
    expect(again.body).toMatchObject({ owed: vnd(40_000) });
    const [refunded, updated] = announce([...factsUntil.preparing, ended], refundMade('a', 60_000));
    expect(refunded.body).toMatchObject({ refundedTotal: vnd(60_000), status: 'refunded', ended: true, owed: vnd(0) });
    expect(updated.body).toMatchObject({ status: 'refunded', previous: 'preparing', paid: vnd(100_000) });
  });

  it('say what has been paid so far, including cash', () => {
    const { placedForCash, confirmedForCash, accepted, preparing, readied, completedForCash } = facts;
    const [confirmed] = announce([placedForCash], confirmedForCash);
    expect(confirmed.body).toMatchObject({ paid: vnd(0) });
    const ready = [placedForCash, confirmedForCash, accepted, preparing, readied];
    const [completed] = announce(ready, completedForCash);
    expect(completed.body).toMatchObject({ status: 'completed', paid: vnd(100_000), total: vnd(100_000) });
  });

  it('are not sent if there is no new fact, or no order', () => {
    expect(announce(factsUntil.pending)).toEqual([]);
    expect(announce([], facts.accepted)).toEqual([]);
  });
});

it('A cancellation reports the money that was taken and given back before the order counted as paid', () => {
  expect(announce(factsUntil.pending, moneyReversed(100_000), facts.cancelled)[0].body).toMatchObject({
    reversed: vnd(100_000),
  });
  expect(announce(factsUntil.pending, facts.cancelled)[0].body).not.toHaveProperty('reversed');
});
