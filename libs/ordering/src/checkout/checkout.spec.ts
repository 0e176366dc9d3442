import { vnd, type Money } from '#kernel';
import {
  OrderCancellationRequested,
  OrderCancelled,
  OrderConfirmed,
  OrderPlaced,
  OrderRefundRequested,
  type CancellationCode,
} from '#contracts/ordering';
import {
  CommitStock,
  ReleaseStock,
  ReserveStock,
  StockCommitRefused,
  StockCommitted,
  StockReleased,
  StockReserved,
  StockShort,
} from '#contracts/inventory';
import {
  PaymentDeclined,
  PaymentTaken,
  PaymentUnknown,
  PaymentVoided,
  TakePayment,
  VoidPayment,
} from '#contracts/payments';
import type { OrderEvent } from '../model/order';
import { announcements } from '../model/order-announcements';
import { facts, orderAfter, orderId, sealed, refundRequestedWith } from '../model/order-samples';
import { react } from './checkout';
import { checkoutStatus } from './checkout-status';
import {
  CheckoutOverdue,
  CheckoutWaits,
  CloseOrder,
  ConfirmOrder,
  RetryCheckout,
  WindBackAsked,
} from './checkout-messages';
import { MAX_REPEATS, secondsUntilAskedAgain } from '../model/asked-again';
import type { CheckoutMessage } from './checkout-moves';
import { isOver, initialCheckout, type Checkout } from './checkout-steps';

const at = '2026-11-23T03:04:05.678Z';
const total = vnd(100_000);
const told = <M>(type: new (body: never) => M, before: readonly OrderEvent[], event: OrderEvent): M =>
  announcements(orderId, orderAfter(...before), before.length, [event], at).find((it) => it instanceof type) as M;

const placed = told(OrderPlaced, [], facts.placed);
/** The sample's lines are of one variant. */
const [{ sku, variantId }] = placed.body.items;
const lines = [{ sku, variantId, quantity: placed.body.items.reduce((sum, { quantity }) => sum + quantity, 0) }];
const placedForCash = told(OrderPlaced, [], facts.placedForCash);
const confirmed = told(OrderConfirmed, [facts.placed], facts.confirmed);
const closed = told(OrderCancelled, [facts.placed], facts.cancelled);
const takenBack = told(OrderCancelled, [facts.placed, facts.confirmed], facts.cancelled);
const unwanted = new OrderCancellationRequested({ orderId, version: 2, reason: null, by: 'customer' });
const unwantedByStaff = new OrderCancellationRequested({ orderId, version: 2, reason: null, by: 'staff' });
const reserved = new StockReserved({ orderId, lines });
const short = new StockShort({ orderId, short: [{ sku: 'a1', quantity: 2, available: 1 }] });
const committed = new StockCommitted({ orderId, lines });
const commitRefused = new StockCommitRefused({ orderId, reason: 'gone' });
const released = new StockReleased({ orderId, lines, restocked: false });
const payment = { paymentId: 'p1', provider: 'sandbox', chargeId: 'ch_1', amount: total };
const paid = new PaymentTaken({ orderId, method: 'card', ...payment });
const owed = new PaymentTaken({ orderId, method: 'cash', ...payment, chargeId: null, provider: 'cash' });
const declined = new PaymentDeclined({ orderId, paymentId: 'p1', code: 'declined', reason: 'no funds' });
const unreachable = new PaymentDeclined({ orderId, paymentId: 'p1', code: 'unavailable', reason: 'down' });
const unknown = new PaymentUnknown({ orderId, paymentId: 'p1', attempts: 1 });
const voided = new PaymentVoided({ orderId, refunded: total });
const overdue = new CheckoutOverdue({ orderId });
const waits = new CheckoutWaits({ orderId, asked: 0 });

const on = (state: Checkout, heard: CheckoutMessage) => react(state, heard, 900);
const after = (...heard: CheckoutMessage[]) =>
  heard.reduce<Checkout>((state, it) => on(state, it).state, initialCheckout);

const asksToVoid = (reason: string) => new VoidPayment({ orderId, reason, idempotencyKey: `checkout:${orderId}:void` });
const asksToRelease = (reason: string) => new ReleaseStock({ orderId, reason });
const asksToClose = (code: CancellationCode, more: { readonly reversed?: Money } = {}) =>
  new CloseOrder({ orderId, code, ...more, idempotencyKey: `checkout:${orderId}:close` });

const reserving = after(placed);
const paying = after(placed, reserved);
const committing = after(placed, reserved, paid);
const confirming = after(placed, reserved, paid, committed);
const done = after(placed, reserved, paid, committed, confirmed);

describe('A checkout that goes well', () => {
  it('sets the goods aside first, all lines of one variant together', () => {
    expect(on(initialCheckout, placed)).toMatchObject({
      asks: [new ReserveStock({ orderId, lines })],
      timers: [
        { name: 'waits', afterSeconds: 30 },
        { name: 'overdue', afterSeconds: 900 },
      ],
    });
  });

  it('then asks for the money', () => {
    const token = sealed('tok_ok');
    expect(on(reserving, reserved).asks).toEqual([
      new TakePayment({ orderId, amount: total, method: 'card', token, idempotencyKey: `checkout:${orderId}:pay` }),
    ]);
  });

  it('then takes the goods off the shelf, and forgets the card', () => {
    expect(on(paying, paid).asks).toEqual([new CommitStock({ orderId })]);
    expect(JSON.stringify(committing)).not.toContain('tok_ok');
  });

  it('then confirms the order', () => {
    expect(on(committing, committed).asks).toEqual([
      new ConfirmOrder({
        orderId,
        payment: { ...payment, method: 'card' },
        idempotencyKey: `checkout:${orderId}:confirm`,
      }),
    ]);
  });

  it('and is over, with no timer left', () => {
    const end = on(confirming, confirmed);
    expect(end).toMatchObject({ state: { step: 'confirmed' }, asks: [] });
    expect(end.timers.map(({ name, afterSeconds }) => [name, afterSeconds])).toEqual([
      ['waits', null],
      ['overdue', null],
    ]);
    expect(isOver(end.state)).toBe(true);
  });
});

describe('A checkout that fails', () => {
  it('for want of stock, has nothing to give back', () => {
    expect(on(reserving, short).asks).toEqual([asksToClose('OUT_OF_STOCK')]);
  });

  it('for want of money, gives the goods back, then closes', () => {
    expect(on(paying, declined).asks).toEqual([asksToRelease('PAYMENT_DECLINED')]);
    expect(on(after(placed, reserved, declined), released).asks).toEqual([asksToClose('PAYMENT_DECLINED')]);
    expect(on(paying, unreachable).asks).toEqual([asksToRelease('PAYMENT_UNAVAILABLE')]);
  });

  it('for goods lost after the payment, gives money, then goods back, then closes', () => {
    expect(on(committing, commitRefused).asks).toEqual([asksToVoid('OUT_OF_STOCK')]);
    expect(on(after(placed, reserved, paid, commitRefused), voided).asks).toEqual([asksToRelease('OUT_OF_STOCK')]);
    expect(on(after(placed, reserved, paid, commitRefused, voided), released).asks).toEqual([
      asksToClose('OUT_OF_STOCK', { reversed: total }),
    ]);
  });

  it('is over when the order is closed', () => {
    const end = on(after(placed, short), closed);
    expect(end).toMatchObject({ state: { step: 'given-up', why: 'OUT_OF_STOCK' }, asks: [] });
    expect(end.timers.every(({ afterSeconds }) => afterSeconds === null)).toBe(true);
  });

  it('is over as well when the payment was voided by itself', () => {
    expect(on(paying, voided).asks).toEqual([asksToRelease('PAYMENT_UNRESOLVED')]);
  });

  it('keeps waiting while nobody knows whether it was paid', () => {
    expect(on(paying, unknown)).toMatchObject({ state: { step: 'paying', unknown: true }, asks: [], timers: [] });
    expect(on(after(placed, reserved, unknown), paid).state.step).toBe('committing');
  });
});

describe('A checkout that takes too long', () => {
  it('gives the goods back when no money was asked for', () => {
    expect(on(reserving, overdue).asks).toEqual([asksToRelease('OVERDUE')]);
  });

  it('has the payment voided first, and waits until that is certain', () => {
    expect(on(paying, overdue).asks).toEqual([asksToVoid('OVERDUE')]);
    expect(on(committing, overdue).asks).toEqual([asksToVoid('OVERDUE')]);
    const voiding = after(placed, reserved, overdue);
    for (const late of [paid, declined, unknown, reserved, committed, released])
      expect(on(voiding, late)).toMatchObject({ state: voiding, asks: [] });
    expect(on(voiding, voided).asks).toEqual([asksToRelease('OVERDUE')]);
  });

  it('says so when the payment never became known', () => {
    expect(on(after(placed, reserved, unknown), overdue).asks).toEqual([asksToVoid('PAYMENT_UNRESOLVED')]);
  });

  it.each([
    ['confirming', confirming],
    ['confirmed', done],
    ['winding back already', after(placed, reserved, declined)],
    ['unknown', initialCheckout],
  ])('does not matter any more when %s', (_, state) => {
    expect(on(state, overdue)).toMatchObject({ state, asks: [], timers: [] });
  });
});

describe('An order that is no longer wanted', () => {
  it.each<[string, Checkout, object]>([
    ['reserving', reserving, asksToRelease('CUSTOMER')],
    ['paying', paying, asksToVoid('CUSTOMER')],
    ['committing', committing, asksToVoid('CUSTOMER')],
    ['confirming', confirming, asksToVoid('CUSTOMER')],
  ])('while %s is wound back from there', (_, state, ask) => {
    expect(on(state, unwanted).asks).toEqual([ask]);
  });

  it('by the staff says so', () => {
    expect(on(reserving, unwantedByStaff).asks).toEqual([asksToRelease('STAFF')]);
  });

  it('before it was known is closed at once', () => {
    const known = on(after(unwanted), placed);
    expect(known.asks).toEqual([asksToClose('CUSTOMER')]);
    expect(known.timers.map(({ name }) => name)).toEqual(['waits']);
  });

  it('keeps the first reason', () => {
    expect(on(after(placed, reserved, declined), unwanted)).toMatchObject({
      state: { why: 'PAYMENT_DECLINED' },
      asks: [],
    });
  });

  it('once confirmed, puts the goods back; the money goes back as a refund', () => {
    expect(on(done, takenBack).asks).toEqual([asksToRelease('CANCELLED')]);
    expect(on(done, takenBack).timers).toMatchObject([{ name: 'waits', afterSeconds: 30 }]);
    expect(after(placed, reserved, paid, committed, confirmed, takenBack, released).step).toBe('undone');
  });

  it('once confirmed, for cash, crosses out what is owed and puts the goods back', () => {
    const unbooking = on(after(placedForCash, reserved, owed, committed, confirmed), takenBack);
    expect(unbooking.asks).toEqual([asksToVoid('CANCELLED')]);
    expect(on(unbooking.state, voided).asks).toEqual([asksToRelease('CANCELLED')]);
  });

  it('may be heard of before its confirmation', () => {
    expect(after(placed, reserved, paid, committed, takenBack)).toMatchObject({ step: 'restocking' });
    expect(after(placed, reserved, paid, committed, takenBack, confirmed)).toMatchObject({ step: 'restocking' });
  });
});

const waste = (reason: string) => new ReleaseStock({ orderId, reason, waste: true });
const cancelledFact = (restock: boolean) => ({ ...facts.cancelled, data: { ...facts.cancelled.data, restock } });
const cancelledLate = (restock: boolean) =>
  told(OrderCancelled, [facts.placed, facts.confirmed], cancelledFact(restock));
const refund = (decided: { end: boolean; restock?: boolean }) =>
  told(OrderRefundRequested, [facts.placed, facts.confirmed], refundRequestedWith('r1', 100_000, decided));

describe('The goods of an order that is over after all', () => {
  it('go back, or are waste, as the order says', () => {
    expect(on(done, cancelledLate(true)).asks).toEqual([asksToRelease('CANCELLED')]);
    expect(on(done, cancelledLate(false)).asks).toEqual([waste('CANCELLED')]);
    expect(on(done, refund({ end: true, restock: true })).asks).toEqual([asksToRelease('REFUNDED')]);
    expect(on(done, refund({ end: true, restock: false })).asks).toEqual([waste('REFUNDED')]);
  });

  it('are waste for cash, too, once what is owed is crossed out', () => {
    const unbooking = on(after(placedForCash, reserved, owed, committed, confirmed), cancelledLate(false));
    expect(on(unbooking.state, voided).asks).toEqual([waste('CANCELLED')]);
  });

  it('are asked for in the same way again', () => {
    const { state } = on(done, refund({ end: true, restock: false }));
    expect(on(state, waits).asks).toEqual([waste('REFUNDED')]);
    expect(on(state, new StockReleased({ orderId, lines, restocked: false, wasted: true })).state.step).toBe('undone');
  });

  it('stay where they are with a refund that says nothing of them', () => {
    expect(on(done, refund({ end: false }))).toMatchObject({ state: done, asks: [], timers: [] });
  });

  it('are decided on once: by whichever the order took first', () => {
    for (const first of [refund({ end: true, restock: true }), cancelledLate(true)]) {
      const { state } = on(done, first);
      for (const second of [refund({ end: true, restock: false }), cancelledLate(false)])
        expect(on(state, second)).toMatchObject({ state, asks: [] });
    }
  });

  it('go back also when the refund is heard of before the confirmation', () => {
    const early = after(placed, reserved, paid, committed, refund({ end: true, restock: true }));
    expect(early).toMatchObject({ step: 'restocking' });
    expect(on(early, confirmed)).toMatchObject({ state: early, asks: [] });
  });
});

describe('What comes late or twice', () => {
  it.each<[string, Checkout, CheckoutMessage]>([
    ['the order', reserving, placed],
    ['the reservation', paying, reserved],
    ['the shortage', after(placed, short), short],
    ['the payment', committing, paid],
    ['a refusal of payment', after(placed, reserved, declined), declined],
    ['the goods', confirming, committed],
    ['a refused commit', after(placed, reserved, paid, commitRefused), commitRefused],
    ['the confirmation', done, confirmed],
    ['the release', after(placed, reserved, declined, released), released],
    ['the void', after(placed, reserved, overdue, voided), voided],
    ['the closing', after(placed, short, closed), closed],
    ['a cancellation', after(placed, reserved, paid, committed, confirmed, takenBack), takenBack],
    ['a wish to cancel', after(placed, reserved, unwanted), unwanted],
    ['a timer', done, waits],
  ])('%s, heard again, changes nothing', (_, state, heard) => {
    expect(on(state, heard)).toMatchObject({ state, asks: [], timers: [] });
  });

  it.each([
    ['releasing', after(placed, reserved, declined), 'PAYMENT_DECLINED'],
    ['closing', after(placed, reserved, declined, released), 'PAYMENT_DECLINED'],
    ['given up', after(placed, reserved, overdue, voided, released, closed), 'OVERDUE'],
  ])('money and goods that come while %s go back', (_, state, why) => {
    expect(on(state, paid)).toMatchObject({ state, asks: [asksToVoid(why)] });
    expect(on(state, reserved)).toMatchObject({ state, asks: [asksToRelease(why)] });
    expect(on(state, committed)).toMatchObject({ state, asks: [asksToRelease(why)] });
  });
});

describe('Waiting for an answer', () => {
  const steps: Checkout[] = [
    reserving,
    paying,
    committing,
    confirming,
    after(placed, reserved, overdue),
    after(placed, reserved, declined),
    after(placed, short),
    after(placed, reserved, paid, committed, confirmed, takenBack),
    after(placedForCash, reserved, owed, committed, confirmed, takenBack),
  ];

  it.each(steps.map((state) => [state.step, state] as const))('asks again while %s', (_, state) => {
    const again = on(state, waits);
    expect(again.state.step).toBe(state.step);
    expect(again.asks).toHaveLength(1);
    expect(again.timers).toMatchObject([{ name: 'waits', afterSeconds: 60 }]);
  });

  it('grows more patient, up to ten minutes', () => {
    expect([0, 1, 2, 10].map(secondsUntilAskedAgain)).toEqual([30, 60, 120, 600]);
  });
});

describe('Asked in vain', () => {
  const inVain = (state: Checkout, times = MAX_REPEATS + 1) =>
    Array.from({ length: times }).reduce<Checkout>((now) => on(now, waits).state, state);
  const noWayOut: Checkout[] = [
    confirming,
    after(placed, reserved, overdue),
    after(placed, reserved, declined),
    after(placed, short),
    after(placed, reserved, paid, committed, confirmed, takenBack),
    after(placedForCash, reserved, owed, committed, confirmed, takenBack),
  ];

  it.each(noWayOut.map((state) => [state.step, state] as const))(
    '%s asks so often, then nobody until somebody has looked',
    (step, state) => {
      expect(on(inVain(state, MAX_REPEATS - 1), waits).asks).toHaveLength(1);
      const last = on(inVain(state, MAX_REPEATS), waits);
      expect(last).toMatchObject({
        asks: [],
        timers: [],
        note: `needs attention: no answer while ${step}, asked 9 times`,
      });
      expect(checkoutStatus(last.state)).toMatchObject({ status: 'needs-attention', step });
      expect(on(last.state, waits)).toMatchObject({ state: last.state, asks: [], timers: [] });
    },
  );

  it.each([reserving, paying, committing].map((state) => [state.step, state] as const))(
    '%s goes on, for it is left when it is overdue',
    (_, state) => {
      expect(on(inVain(state, 50), waits).asks).toHaveLength(1);
      expect(checkoutStatus(inVain(state, 50))).toMatchObject({ status: 'needs-attention', asked: 50 });
    },
  );

  const voiding = inVain(after(placed, reserved, overdue));

  it('and answered late, it goes on as if nothing had been, with its timer set again', () => {
    const late = on(voiding, voided);
    expect(late.asks).toEqual([asksToRelease('OVERDUE')]);
    expect(late.state).toEqual(after(placed, reserved, overdue, voided));
    expect(late.timers).toMatchObject([{ name: 'waits', afterSeconds: 30 }]);
    expect(checkoutStatus(late.state)).toMatchObject({ status: 'running', attention: null });
    const closing = inVain(after(placed, short));
    expect(on(closing, closed).timers.map(({ afterSeconds }) => afterSeconds)).toEqual([null, null]);
  });

  it('it is asked again when an admin wants it: the same request, with all its waits anew', () => {
    const retry = new RetryCheckout({ orderId, by: 'admin-1', reason: 'provider is back' });
    expect(on(voiding, retry)).toEqual({
      state: after(placed, reserved, overdue),
      asks: [asksToVoid('OVERDUE')],
      timers: [{ name: 'waits', afterSeconds: 30, message: new CheckoutWaits({ orderId, asked: 0 }) }],
      note: 'asked again, by admin-1: provider is back',
    });
    expect(inVain(on(voiding, retry).state)).toEqual(voiding);
    expect(on(paying, retry).asks).toEqual(on(reserving, reserved).asks);
    expect(on(done, retry)).toMatchObject({ state: done, asks: [], timers: [] });
    expect(on(initialCheckout, retry)).toMatchObject({ state: initialCheckout, asks: [] });
  });

  it('nothing is forgotten of what was late: money that comes while it is parked goes back when it is asked', () => {
    const releasing = inVain(after(placed, reserved, declined));
    expect(on(releasing, paid)).toMatchObject({ state: releasing, asks: [asksToVoid('PAYMENT_DECLINED')] });
  });
});

describe('A checkout that an admin wants back', () => {
  it('notes down who and why; the stream has the last word', () => {
    const asked = new WindBackAsked({ orderId, by: 'admin-1', reason: null });
    expect(on(confirming, asked)).toEqual({
      ...{ state: confirming, asks: [], timers: [] },
      note: 'to be wound back, by admin-1',
    });
    expect(on(confirming, unwantedByStaff).asks).toEqual([asksToVoid('STAFF')]);
  });
});

describe('A checkout as it stands', () => {
  it.each<[Checkout, object]>([
    [initialCheckout, { status: 'running', step: 'waiting', asked: 0 }],
    [paying, { status: 'running', waitingFor: 'payments to take the money' }],
    [on(paying, waits).state, { status: 'needs-attention', step: 'paying', asked: 1 }],
    [done, { status: 'over', step: 'confirmed', waitingFor: null }],
    [after(placed, short, closed), { status: 'over', step: 'given-up' }],
  ])('%#', (state, stands) => expect(checkoutStatus(state)).toMatchObject(stands));
});

describe('Waiting for what is not there', () => {
  const waitingSteps: Checkout[] = [
    ...[reserving, paying, committing, confirming, after(placed, reserved, overdue), after(placed, reserved, declined)],
    ...[after(placed, short), after(placedForCash, reserved, owed, committed, confirmed, takenBack)],
  ];

  it.each(waitingSteps.map((state) => [state.step, state] as const))(
    'shows while %s after one request in vain, which is half a minute',
    (_, state) => {
      expect(secondsUntilAskedAgain(0)).toBeLessThanOrEqual(30);
      expect(checkoutStatus(state)).toMatchObject({ status: 'running', attention: null });
      const again = on(state, waits).state;
      expect(checkoutStatus(again)).toMatchObject({
        status: 'needs-attention',
        attention: expect.stringContaining('asked 2'),
      });
    },
  );

  it('shows as soon after a step that was waited for in vain, and on the way back through the provider', () => {
    const longAgo = [waits, waits, waits, waits].reduce((state, heard) => on(state, heard).state, paying);
    for (const [state, heard] of [
      [longAgo, paid],
      [longAgo, declined],
      [paying, unwanted],
    ] as const)
      expect(on(state, heard).timers).toMatchObject([{ name: 'waits', afterSeconds: 30 }]);
    expect(on(paying, paid).timers).toEqual([]);
  });

  it('says why in the journal, as payments does', () => {
    const off = new PaymentUnknown({
      orderId,
      paymentId: 'p1',
      attempts: 0,
      reason: 'the provider sandbox is switched off',
    });
    for (const state of [paying, after(placed, reserved, unwanted)])
      expect(on(state, off).note).toContain('switched off');
  });
});

describe('Money that was taken and given back', () => {
  const closes = (state: Checkout) => on(state, released).asks[0].body;
  const asksToRecord = [expect.objectContaining({ body: expect.objectContaining({ orderId, amount: total }) })];
  const nothingBack = new PaymentVoided({ orderId, refunded: vnd(0) });
  const reversedByItself = new PaymentDeclined({
    orderId,
    paymentId: 'p1',
    code: 'unavailable',
    reason: 'x',
    reversed: total,
  });

  it('is told with the closing of the order, on whatever way it went back', () => {
    for (const heard of [[unwanted, voided], [voided], [reversedByItself], [declined, voided]])
      expect(closes(after(placed, reserved, ...heard))).toMatchObject({ reversed: total });
  });

  it('is not told where nothing was taken', () => {
    for (const heard of [[unwanted, nothingBack], [declined]])
      expect(closes(after(placed, reserved, ...heard))).not.toHaveProperty('reversed');
  });

  it('is noted on the order when it comes after the end', () => {
    const over = after(placed, reserved, unwanted, nothingBack, released, closed);
    expect(on(over, voided)).toMatchObject({ state: over, asks: asksToRecord });
    expect(on(over, nothingBack).asks).toEqual([]);
  });

  it('is noted when it comes while the order is being closed', () => {
    const closing = after(placed, reserved, declined, released, voided);
    expect(on(closing, closed)).toMatchObject({ state: { step: 'given-up' }, asks: asksToRecord });
  });
});
