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
const tell = (before: readonly OrderEvent[], ...events: readonly OrderEvent[]) =>
  announcements(orderId, orderAfter(...before), before.length, events, at);
const types = (messages: readonly Message[]) =>
  messages.map((message) =>
    (message.constructor as unknown as { type: string }).type.replace(/^ordering\.|\.v1$/g, ''),
  );

describe('What the others are told', () => {
  it.each<[string, readonly OrderEvent[], OrderEvent, string[]]>([
    ['a new order', [], facts.placed, ['order-placed']],
    ['a confirmed one', factsUntil.pending, facts.confirmed, ['order-confirmed', 'order-status-updated']],
    ['an accepted one', factsUntil.confirmed, facts.accepted, ['order-status-updated']],
    ['one being prepared', factsUntil.accepted, facts.preparing, ['order-status-updated']],
    ['one that is ready', factsUntil.preparing, facts.readied, ['order-status-updated']],
    ['one handed over', factsUntil.ready, facts.completed, ['order-status-updated']],
    ['a wish to cancel', factsUntil.pending, facts.unwanted, ['order-cancellation-requested']],
    ['a cancelled one', factsUntil.pending, facts.cancelled, ['order-cancelled', 'order-status-updated']],
    ['a refund asked for', factsUntil.completed, refundRequested('a', 1), ['order-refund-requested']],
    ['a part refunded', [...factsUntil.completed, refundRequested('a', 1)], refundMade('a', 1), ['order-refunded']],
    [
      'the whole refunded',
      [...factsUntil.completed, refundRequested('a', 100_000)],
      refundMade('a', 100_000),
      ['order-refunded', 'order-status-updated'],
    ],
    ['money given back after the end', [facts.placed, facts.cancelled], moneyReversed(1), ['order-payment-reversed']],
    ['money given back before the end, which the end tells', factsUntil.pending, moneyReversed(1), []],
    [
      'a failed refund',
      [...factsUntil.completed, refundRequested('a', 1)],
      refundFailed('a', 1),
      ['order-refund-failed'],
    ],
  ])('of %s', (_, before, event, told) => {
    expect(types(tell(before, event))).toEqual(told);
  });

  it('carries the version of the fact it tells of', () => {
    const cancelled = { ...facts.cancelled, data: { ...facts.cancelled.data, refundDue: vnd(100_000) } };
    const messages = tell(factsUntil.confirmed, cancelled, refundRequested('a', 100_000));
    expect(messages.map((message) => (message.body as { version: number }).version)).toEqual([3, 3, 4]);
    expect(messages[0].body).toMatchObject({ wasConfirmed: true, refundDue: vnd(100_000), code: 'CUSTOMER' });
    expect(messages[1].body).toMatchObject({ status: 'cancelled', previous: 'confirmed' });
  });

  it('says of a cancelled order what refunds had given back before, and nothing where there were none', () => {
    const asked = [...factsUntil.confirmed, refundRequested('a', 30_000)];
    const told = (before: readonly OrderEvent[]) => tell(before, facts.cancelled)[0].body as { refunded?: unknown };
    expect(told([...asked, refundMade('a', 30_000)]).refunded).toEqual(vnd(30_000));
    for (const none of [factsUntil.confirmed, asked, [...asked, refundFailed('a', 30_000)]])
      expect(told(none)).not.toHaveProperty('refunded');
  });

  it('says whether the order had been confirmed', () => {
    expect(tell(factsUntil.pending, facts.cancelled)[0].body).toMatchObject({ wasConfirmed: false });
  });

  it('keeps personal values sealed', () => {
    const [placed] = tell([], facts.placed);
    expect(placed.body).toMatchObject({
      recipient: { name: facts.placed.data.contact.name, phone: facts.placed.data.contact.phone },
      payment: { token: facts.placed.data.payment.token },
    });
    expect(placed.key).toBe(orderId);
  });

  it('keeps to the shop what the staff wrote when they gave money back', () => {
    const refund = { ...refundRequested('a', 1).data, reason: facts.placed.data.contact.name };
    const [asked] = tell(factsUntil.completed, { type: 'RefundRequested', data: refund } as OrderEvent);
    expect(asked.body).toMatchObject({ refundId: 'a', reason: 'asked for by staff' });
    expect(tell(factsUntil.completed, refundRequested('a', 1))[0].body).toMatchObject({ reason: 'cold' });
  });

  it('says what is owed, and what a refund makes of the order and its goods', () => {
    const ended = refundRequestedWith('a', 60_000, { end: true, restock: false });
    const [asked, failed] = tell(factsUntil.preparing, ended, refundFailed('a', 60_000));
    expect(asked.body).toMatchObject({ end: true, restock: false, owed: vnd(0) });
    expect(failed.body).toMatchObject({ owed: vnd(60_000), recipient: { locale: 'en' } });
    const [again] = tell([...factsUntil.preparing, ended, refundFailed('a', 60_000)], refundRequested('b', 20_000));
    expect(again.body).toMatchObject({ owed: vnd(40_000) });
    const [given, moved] = tell([...factsUntil.preparing, ended], refundMade('a', 60_000));
    expect(given.body).toMatchObject({ refundedTotal: vnd(60_000), status: 'refunded', ended: true, owed: vnd(0) });
    expect(moved.body).toMatchObject({ status: 'refunded', previous: 'preparing', paid: vnd(100_000) });
  });

  it('says what has been paid by then, also of cash that is taken at the counter', () => {
    const { placedForCash, confirmedForCash, accepted, preparing, readied, completedForCash } = facts;
    const [confirmed] = tell([placedForCash], confirmedForCash);
    expect(confirmed.body).toMatchObject({ paid: vnd(0) });
    const ready = [placedForCash, confirmedForCash, accepted, preparing, readied];
    const [completed] = tell(ready, completedForCash);
    expect(completed.body).toMatchObject({ status: 'completed', paid: vnd(100_000), total: vnd(100_000) });
  });

  it('of nothing, when nothing happened', () => {
    expect(tell(factsUntil.pending)).toEqual([]);
    expect(tell([], facts.accepted)).toEqual([]);
  });
});

it('A cancellation tells what was taken and given back before the order was paid', () => {
  expect(tell(factsUntil.pending, moneyReversed(100_000), facts.cancelled)[0].body).toMatchObject({
    reversed: vnd(100_000),
  });
  expect(tell(factsUntil.pending, facts.cancelled)[0].body).not.toHaveProperty('reversed');
});
