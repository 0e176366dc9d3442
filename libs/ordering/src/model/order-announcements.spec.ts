import type { Message } from '#kernel';
import { vnd } from '#kernel';
import { announcements } from './order-announcements';
import {
  facts,
  given,
  orderId,
  ordered,
  refundAsked,
  refundDeciding,
  refundDone,
  refundFailed,
  reversed,
} from './order-samples';
import type { OrderEvent } from './order';

const at = '2026-11-23T03:04:05.678Z';
const tell = (before: readonly OrderEvent[], ...events: readonly OrderEvent[]) =>
  announcements(orderId, given(...before), before.length, events, at);
const types = (messages: readonly Message[]) =>
  messages.map((message) =>
    (message.constructor as unknown as { type: string }).type.replace(/^ordering\.|\.v1$/g, ''),
  );

describe('What the others are told', () => {
  it.each<[string, readonly OrderEvent[], OrderEvent, string[]]>([
    ['a new order', [], facts.placed, ['order-placed']],
    ['a confirmed one', ordered.pending, facts.confirmed, ['order-confirmed', 'order-status-updated']],
    ['an accepted one', ordered.confirmed, facts.accepted, ['order-status-updated']],
    ['one being prepared', ordered.accepted, facts.preparing, ['order-status-updated']],
    ['one that is ready', ordered.preparing, facts.readied, ['order-status-updated']],
    ['one handed over', ordered.ready, facts.completed, ['order-status-updated']],
    ['a wish to cancel', ordered.pending, facts.unwanted, ['order-cancellation-requested']],
    ['a cancelled one', ordered.pending, facts.cancelled, ['order-cancelled', 'order-status-updated']],
    ['a refund asked for', ordered.completed, refundAsked('a', 1), ['order-refund-requested']],
    ['a part refunded', [...ordered.completed, refundAsked('a', 1)], refundDone('a', 1), ['order-refunded']],
    [
      'the whole refunded',
      [...ordered.completed, refundAsked('a', 100_000)],
      refundDone('a', 100_000),
      ['order-refunded', 'order-status-updated'],
    ],
    ['money given back after the end', [facts.placed, facts.cancelled], reversed(1), ['order-payment-reversed']],
    ['money given back before the end, which the end tells', ordered.pending, reversed(1), []],
    ['a failed refund', [...ordered.completed, refundAsked('a', 1)], refundFailed('a', 1), ['order-refund-failed']],
  ])('of %s', (_, before, event, told) => {
    expect(types(tell(before, event))).toEqual(told);
  });

  it('carries the version of the fact it tells of', () => {
    const cancelled = { ...facts.cancelled, data: { ...facts.cancelled.data, refundDue: vnd(100_000) } };
    const messages = tell(ordered.confirmed, cancelled, refundAsked('a', 100_000));
    expect(messages.map((message) => (message.body as { version: number }).version)).toEqual([3, 3, 4]);
    expect(messages[0].body).toMatchObject({ wasConfirmed: true, refundDue: vnd(100_000), code: 'CUSTOMER' });
    expect(messages[1].body).toMatchObject({ status: 'cancelled', previous: 'confirmed' });
  });

  it('says of a cancelled order what refunds had given back before, and nothing where there were none', () => {
    const asked = [...ordered.confirmed, refundAsked('a', 30_000)];
    const told = (before: readonly OrderEvent[]) => tell(before, facts.cancelled)[0].body as { refunded?: unknown };
    expect(told([...asked, refundDone('a', 30_000)]).refunded).toEqual(vnd(30_000));
    for (const none of [ordered.confirmed, asked, [...asked, refundFailed('a', 30_000)]])
      expect(told(none)).not.toHaveProperty('refunded');
  });

  it('says whether the order had been confirmed', () => {
    expect(tell(ordered.pending, facts.cancelled)[0].body).toMatchObject({ wasConfirmed: false });
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
    const refund = { ...refundAsked('a', 1).data, reason: facts.placed.data.contact.name };
    const [asked] = tell(ordered.completed, { type: 'RefundRequested', data: refund } as OrderEvent);
    expect(asked.body).toMatchObject({ refundId: 'a', reason: 'asked for by staff' });
    expect(tell(ordered.completed, refundAsked('a', 1))[0].body).toMatchObject({ reason: 'cold' });
  });

  it('says what is owed, and what a refund makes of the order and its goods', () => {
    const ended = refundDeciding('a', 60_000, { end: true, restock: false });
    const [asked, failed] = tell(ordered.preparing, ended, refundFailed('a', 60_000));
    expect(asked.body).toMatchObject({ end: true, restock: false, owed: vnd(0) });
    expect(failed.body).toMatchObject({ owed: vnd(60_000), recipient: { locale: 'en' } });
    const [again] = tell([...ordered.preparing, ended, refundFailed('a', 60_000)], refundAsked('b', 20_000));
    expect(again.body).toMatchObject({ owed: vnd(40_000) });
    const [given, moved] = tell([...ordered.preparing, ended], refundDone('a', 60_000));
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
    expect(tell(ordered.pending)).toEqual([]);
    expect(tell([], facts.accepted)).toEqual([]);
  });
});

it('A cancellation tells what was taken and given back before the order was paid', () => {
  expect(tell(ordered.pending, reversed(100_000), facts.cancelled)[0].body).toMatchObject({ reversed: vnd(100_000) });
  expect(tell(ordered.pending, facts.cancelled)[0].body).not.toHaveProperty('reversed');
});
