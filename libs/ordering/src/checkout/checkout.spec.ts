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
  CompensationRequested,
} from './checkout-messages';
import { MAX_REPEATS, secondsUntilAskedAgain } from '../model/asked-again';
import type { CheckoutMessage } from './checkout-moves';
import { isOver, initialCheckout, type Checkout } from './checkout-steps';

const at = '2026-11-23T03:04:05.678Z';
const total = vnd(100_000);
const messageOf = <M>(type: new (body: never) => M, before: readonly OrderEvent[], event: OrderEvent): M =>
  announcements(orderId, orderAfter(...before), before.length, [event], at).find((it) => it instanceof type) as M;

const placed = messageOf(OrderPlaced, [], facts.placed);
/** All lines of the sample order are of one variant. */
const [{ sku, variantId }] = placed.body.items;
const lines = [{ sku, variantId, quantity: placed.body.items.reduce((sum, { quantity }) => sum + quantity, 0) }];
const placedForCash = messageOf(OrderPlaced, [], facts.placedForCash);
const confirmed = messageOf(OrderConfirmed, [facts.placed], facts.confirmed);
const closed = messageOf(OrderCancelled, [facts.placed], facts.cancelled);
const confirmedThenCancelled = messageOf(OrderCancelled, [facts.placed, facts.confirmed], facts.cancelled);
const cancellationRequested = new OrderCancellationRequested({ orderId, version: 2, reason: null, by: 'customer' });
const cancellationRequestedByStaff = new OrderCancellationRequested({ orderId, version: 2, reason: null, by: 'staff' });
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

const reactTo = (state: Checkout, message: CheckoutMessage) => react(state, message, 900);
const after = (...messages: CheckoutMessage[]) =>
  messages.reduce<Checkout>((state, it) => reactTo(state, it).state, initialCheckout);

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
  it('first reserves the goods, and adds up all lines of one variant', () => {
    expect(reactTo(initialCheckout, placed)).toMatchObject({
      asks: [new ReserveStock({ orderId, lines })],
      timers: [
        { name: 'waits', afterSeconds: 30 },
        { name: 'overdue', afterSeconds: 900 },
      ],
    });
  });

  it('then asks for the money', () => {
    const token = sealed('tok_ok');
    expect(reactTo(reserving, reserved).asks).toEqual([
      new TakePayment({ orderId, amount: total, method: 'card', token, idempotencyKey: `checkout:${orderId}:pay` }),
    ]);
  });

  it('then takes the goods off the shelf, and no longer keeps the token of the card', () => {
    expect(reactTo(paying, paid).asks).toEqual([new CommitStock({ orderId })]);
    expect(JSON.stringify(committing)).not.toContain('tok_ok');
  });

  it('then confirms the order', () => {
    expect(reactTo(committing, committed).asks).toEqual([
      new ConfirmOrder({
        orderId,
        payment: { ...payment, method: 'card' },
        idempotencyKey: `checkout:${orderId}:confirm`,
      }),
    ]);
  });

  it('and is over, with no timer left', () => {
    const end = reactTo(confirming, confirmed);
    expect(end).toMatchObject({ state: { step: 'confirmed' }, asks: [] });
    expect(end.timers.map(({ name, afterSeconds }) => [name, afterSeconds])).toEqual([
      ['waits', null],
      ['overdue', null],
    ]);
    expect(isOver(end.state)).toBe(true);
  });
});

describe('A checkout that fails', () => {
  it('because stock is short, only closes the order, because it has taken nothing', () => {
    expect(reactTo(reserving, short).asks).toEqual([asksToClose('OUT_OF_STOCK')]);
  });

  it('because the payment was declined, gives the goods back, then closes the order', () => {
    expect(reactTo(paying, declined).asks).toEqual([asksToRelease('PAYMENT_DECLINED')]);
    expect(reactTo(after(placed, reserved, declined), released).asks).toEqual([asksToClose('PAYMENT_DECLINED')]);
    expect(reactTo(paying, unreachable).asks).toEqual([asksToRelease('PAYMENT_UNAVAILABLE')]);
  });

  it('because the commit was refused after the payment, gives back the money, then the goods, then closes the order', () => {
    expect(reactTo(committing, commitRefused).asks).toEqual([asksToVoid('OUT_OF_STOCK')]);
    expect(reactTo(after(placed, reserved, paid, commitRefused), voided).asks).toEqual([asksToRelease('OUT_OF_STOCK')]);
    expect(reactTo(after(placed, reserved, paid, commitRefused, voided), released).asks).toEqual([
      asksToClose('OUT_OF_STOCK', { reversed: total }),
    ]);
  });

  it('is over when the order is closed', () => {
    const end = reactTo(after(placed, short), closed);
    expect(end).toMatchObject({ state: { step: 'given-up', why: 'OUT_OF_STOCK' }, asks: [] });
    expect(end.timers.every(({ afterSeconds }) => afterSeconds === null)).toBe(true);
  });

  it('releases the goods when payments voids the payment without a request', () => {
    expect(reactTo(paying, voided).asks).toEqual([asksToRelease('PAYMENT_UNRESOLVED')]);
  });

  it('keeps waiting while the result of the payment is unknown', () => {
    expect(reactTo(paying, unknown)).toMatchObject({ state: { step: 'paying', unknown: true }, asks: [], timers: [] });
    expect(reactTo(after(placed, reserved, unknown), paid).state.step).toBe('committing');
  });
});

describe('A checkout that takes too long', () => {
  it('gives the goods back when no payment was requested', () => {
    expect(reactTo(reserving, overdue).asks).toEqual([asksToRelease('OVERDUE')]);
  });

  it('first voids the payment if it was requested, and waits for the answer', () => {
    expect(reactTo(paying, overdue).asks).toEqual([asksToVoid('OVERDUE')]);
    expect(reactTo(committing, overdue).asks).toEqual([asksToVoid('OVERDUE')]);
    const voiding = after(placed, reserved, overdue);
    for (const late of [paid, declined, unknown, reserved, committed, released])
      expect(reactTo(voiding, late)).toMatchObject({ state: voiding, asks: [] });
    expect(reactTo(voiding, voided).asks).toEqual([asksToRelease('OVERDUE')]);
  });

  it('has the code PAYMENT_UNRESOLVED when the result of the payment stayed unknown', () => {
    expect(reactTo(after(placed, reserved, unknown), overdue).asks).toEqual([asksToVoid('PAYMENT_UNRESOLVED')]);
  });

  it.each([
    ['confirming', confirming],
    ['confirmed', done],
    ['giving everything back already', after(placed, reserved, declined)],
    ['waiting for the order', initialCheckout],
  ])('does nothing when it is %s', (_, state) => {
    expect(reactTo(state, overdue)).toMatchObject({ state, asks: [], timers: [] });
  });
});

describe('An order that is no longer wanted', () => {
  it.each<[string, Checkout, object]>([
    ['reserving', reserving, asksToRelease('CUSTOMER')],
    ['paying', paying, asksToVoid('CUSTOMER')],
    ['committing', committing, asksToVoid('CUSTOMER')],
    ['confirming', confirming, asksToVoid('CUSTOMER')],
  ])('while %s, makes the checkout undo its last step first', (_, state, ask) => {
    expect(reactTo(state, cancellationRequested).asks).toEqual([ask]);
  });

  it('has the code STAFF when staff cancel it', () => {
    expect(reactTo(reserving, cancellationRequestedByStaff).asks).toEqual([asksToRelease('STAFF')]);
  });

  it('is closed at once when the cancellation arrives before the order', () => {
    const reaction = reactTo(after(cancellationRequested), placed);
    expect(reaction.asks).toEqual([asksToClose('CUSTOMER')]);
    expect(reaction.timers.map(({ name }) => name)).toEqual(['waits']);
  });

  it('keeps the code of the first reason', () => {
    expect(reactTo(after(placed, reserved, declined), cancellationRequested)).toMatchObject({
      state: { why: 'PAYMENT_DECLINED' },
      asks: [],
    });
  });

  it('after its confirmation, makes the checkout put only the goods back, because a refund gives back the money', () => {
    expect(reactTo(done, confirmedThenCancelled).asks).toEqual([asksToRelease('CANCELLED')]);
    expect(reactTo(done, confirmedThenCancelled).timers).toMatchObject([{ name: 'waits', afterSeconds: 30 }]);
    expect(after(placed, reserved, paid, committed, confirmed, confirmedThenCancelled, released).step).toBe('undone');
  });

  it('after its confirmation, if it was to be paid in cash, cancels the amount due and puts the goods back', () => {
    const unbooking = reactTo(after(placedForCash, reserved, owed, committed, confirmed), confirmedThenCancelled);
    expect(unbooking.asks).toEqual([asksToVoid('CANCELLED')]);
    expect(reactTo(unbooking.state, voided).asks).toEqual([asksToRelease('CANCELLED')]);
  });

  it('can be cancelled before the message of its confirmation arrives', () => {
    expect(after(placed, reserved, paid, committed, confirmedThenCancelled)).toMatchObject({ step: 'restocking' });
    expect(after(placed, reserved, paid, committed, confirmedThenCancelled, confirmed)).toMatchObject({
      step: 'restocking',
    });
  });
});

const asksToWriteOff = (reason: string) => new ReleaseStock({ orderId, reason, waste: true });
const cancelledFact = (restock: boolean) => ({ ...facts.cancelled, data: { ...facts.cancelled.data, restock } });
const cancelledLate = (restock: boolean) =>
  messageOf(OrderCancelled, [facts.placed, facts.confirmed], cancelledFact(restock));
const refund = (decided: { end: boolean; restock?: boolean }) =>
  messageOf(OrderRefundRequested, [facts.placed, facts.confirmed], refundRequestedWith('r1', 100_000, decided));

describe('The goods of an order that is cancelled or refunded after its confirmation', () => {
  it('go back, or are waste, as the cancellation says', () => {
    expect(reactTo(done, cancelledLate(true)).asks).toEqual([asksToRelease('CANCELLED')]);
    expect(reactTo(done, cancelledLate(false)).asks).toEqual([asksToWriteOff('CANCELLED')]);
    expect(reactTo(done, refund({ end: true, restock: true })).asks).toEqual([asksToRelease('REFUNDED')]);
    expect(reactTo(done, refund({ end: true, restock: false })).asks).toEqual([asksToWriteOff('REFUNDED')]);
  });

  it('are waste also if cash was due, after the amount due was cancelled', () => {
    const unbooking = reactTo(after(placedForCash, reserved, owed, committed, confirmed), cancelledLate(false));
    expect(reactTo(unbooking.state, voided).asks).toEqual([asksToWriteOff('CANCELLED')]);
  });

  it('go to the same place when the request is repeated', () => {
    const { state } = reactTo(done, refund({ end: true, restock: false }));
    expect(reactTo(state, waits).asks).toEqual([asksToWriteOff('REFUNDED')]);
    expect(reactTo(state, new StockReleased({ orderId, lines, restocked: false, wasted: true })).state.step).toBe(
      'undone',
    );
  });

  it('stay where they are when a refund has no `restock`', () => {
    expect(reactTo(done, refund({ end: false }))).toMatchObject({ state: done, asks: [], timers: [] });
  });

  it('go where the first message says, and later messages change nothing', () => {
    for (const first of [refund({ end: true, restock: true }), cancelledLate(true)]) {
      const { state } = reactTo(done, first);
      for (const second of [refund({ end: true, restock: false }), cancelledLate(false)])
        expect(reactTo(state, second)).toMatchObject({ state, asks: [] });
    }
  });

  it('go back even if the refund arrives before the confirmation', () => {
    const early = after(placed, reserved, paid, committed, refund({ end: true, restock: true }));
    expect(early).toMatchObject({ step: 'restocking' });
    expect(reactTo(early, confirmed)).toMatchObject({ state: early, asks: [] });
  });
});

describe('A message that comes late or twice', () => {
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
    [
      'a cancellation',
      after(placed, reserved, paid, committed, confirmed, confirmedThenCancelled),
      confirmedThenCancelled,
    ],
    ['a cancellation request', after(placed, reserved, cancellationRequested), cancellationRequested],
    ['a timer', done, waits],
  ])('%s, received again, changes nothing', (_, state, message) => {
    expect(reactTo(state, message)).toMatchObject({ state, asks: [], timers: [] });
  });

  it.each([
    ['releasing', after(placed, reserved, declined), 'PAYMENT_DECLINED'],
    ['closing', after(placed, reserved, declined, released), 'PAYMENT_DECLINED'],
    ['given up', after(placed, reserved, overdue, voided, released, closed), 'OVERDUE'],
  ])('that brings money or goods while %s, makes the checkout send them back', (_, state, why) => {
    expect(reactTo(state, paid)).toMatchObject({ state, asks: [asksToVoid(why)] });
    expect(reactTo(state, reserved)).toMatchObject({ state, asks: [asksToRelease(why)] });
    expect(reactTo(state, committed)).toMatchObject({ state, asks: [asksToRelease(why)] });
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
    after(placed, reserved, paid, committed, confirmed, confirmedThenCancelled),
    after(placedForCash, reserved, owed, committed, confirmed, confirmedThenCancelled),
  ];

  it.each(steps.map((state) => [state.step, state] as const))('asks again while %s', (_, state) => {
    const again = reactTo(state, waits);
    expect(again.state.step).toBe(state.step);
    expect(again.asks).toHaveLength(1);
    expect(again.timers).toMatchObject([{ name: 'waits', afterSeconds: 60 }]);
  });

  it('waits longer each time, up to ten minutes', () => {
    expect([0, 1, 2, 10].map(secondsUntilAskedAgain)).toEqual([30, 60, 120, 600]);
  });
});

describe('A checkout that gets no answer', () => {
  const withoutAnswer = (state: Checkout, times = MAX_REPEATS + 1) =>
    Array.from({ length: times }).reduce<Checkout>((now) => reactTo(now, waits).state, state);
  const stepsThatNeedAnswer: Checkout[] = [
    confirming,
    after(placed, reserved, overdue),
    after(placed, reserved, declined),
    after(placed, short),
    after(placed, reserved, paid, committed, confirmed, confirmedThenCancelled),
    after(placedForCash, reserved, owed, committed, confirmed, confirmedThenCancelled),
  ];

  it.each(stepsThatNeedAnswer.map((state) => [state.step, state] as const))(
    'while %s, is parked after the last repeat, until staff act',
    (step, state) => {
      expect(reactTo(withoutAnswer(state, MAX_REPEATS - 1), waits).asks).toHaveLength(1);
      const last = reactTo(withoutAnswer(state, MAX_REPEATS), waits);
      expect(last).toMatchObject({
        asks: [],
        timers: [],
        note: `needs attention: no answer while ${step}, asked 9 times`,
      });
      expect(checkoutStatus(last.state)).toMatchObject({ status: 'needs-attention', step });
      expect(reactTo(last.state, waits)).toMatchObject({ state: last.state, asks: [], timers: [] });
    },
  );

  it.each([reserving, paying, committing].map((state) => [state.step, state] as const))(
    'while %s, continues to send its request, because the overdue timer ends the step',
    (_, state) => {
      expect(reactTo(withoutAnswer(state, 50), waits).asks).toHaveLength(1);
      expect(checkoutStatus(withoutAnswer(state, 50))).toMatchObject({ status: 'needs-attention', asked: 50 });
    },
  );

  const voiding = withoutAnswer(after(placed, reserved, overdue));

  it('continues when the answer comes late, and sets its timer again', () => {
    const late = reactTo(voiding, voided);
    expect(late.asks).toEqual([asksToRelease('OVERDUE')]);
    expect(late.state).toEqual(after(placed, reserved, overdue, voided));
    expect(late.timers).toMatchObject([{ name: 'waits', afterSeconds: 30 }]);
    expect(checkoutStatus(late.state)).toMatchObject({ status: 'running', attention: null });
    const closing = withoutAnswer(after(placed, short));
    expect(reactTo(closing, closed).timers.map(({ afterSeconds }) => afterSeconds)).toEqual([null, null]);
  });

  it('sends the same request again when an admin retries it, and then waits the shortest time', () => {
    const retry = new RetryCheckout({ orderId, by: 'admin-1', reason: 'provider is back' });
    expect(reactTo(voiding, retry)).toEqual({
      state: after(placed, reserved, overdue),
      asks: [asksToVoid('OVERDUE')],
      timers: [{ name: 'waits', afterSeconds: 30, message: new CheckoutWaits({ orderId, asked: 0 }) }],
      note: 'asked again, by admin-1: provider is back',
    });
    expect(withoutAnswer(reactTo(voiding, retry).state)).toEqual(voiding);
    expect(reactTo(paying, retry).asks).toEqual(reactTo(reserving, reserved).asks);
    expect(reactTo(done, retry)).toMatchObject({ state: done, asks: [], timers: [] });
    expect(reactTo(reactTo(done, declined).state, retry)).toMatchObject({ state: done, asks: [] });
    expect(reactTo(initialCheckout, retry)).toMatchObject({ state: initialCheckout, asks: [] });
  });

  it('sends money back that arrives while it is parked', () => {
    const releasing = withoutAnswer(after(placed, reserved, declined));
    expect(reactTo(releasing, paid)).toMatchObject({ state: releasing, asks: [asksToVoid('PAYMENT_DECLINED')] });
  });
});

describe('A checkout that an admin compensates', () => {
  it('writes into its journal which admin asked and why, and waits until the stream of the order has decided', () => {
    const asked = new CompensationRequested({ orderId, by: 'admin-1', reason: null });
    expect(reactTo(confirming, asked)).toEqual({
      ...{ state: confirming, asks: [], timers: [] },
      note: 'to be wound back, by admin-1',
    });
    expect(reactTo(confirming, cancellationRequestedByStaff).asks).toEqual([asksToVoid('STAFF')]);
  });
});

describe('The status of a checkout', () => {
  it.each<[Checkout, object]>([
    [initialCheckout, { status: 'running', step: 'waiting', asked: 0 }],
    [paying, { status: 'running', waitingFor: 'payments to take the money' }],
    [reactTo(paying, waits).state, { status: 'needs-attention', step: 'paying', asked: 1 }],
    [done, { status: 'over', step: 'confirmed', waitingFor: null }],
    [reactTo(done, declined).state, { status: 'needs-attention', attention: expect.stringContaining('is not paid') }],
    [after(placed, short, closed), { status: 'over', step: 'given-up' }],
  ])('%#', (state, status) => expect(checkoutStatus(state)).toMatchObject(status));
});

describe('A checkout that waits too long', () => {
  const waitingSteps: Checkout[] = [
    ...[reserving, paying, committing, confirming, after(placed, reserved, overdue), after(placed, reserved, declined)],
    ...[after(placed, short), after(placedForCash, reserved, owed, committed, confirmed, confirmedThenCancelled)],
  ];

  it.each(waitingSteps.map((state) => [state.step, state] as const))(
    'needs attention while %s after one request had no answer for half a minute',
    (_, state) => {
      expect(secondsUntilAskedAgain(0)).toBeLessThanOrEqual(30);
      expect(checkoutStatus(state)).toMatchObject({ status: 'running', attention: null });
      const again = reactTo(state, waits).state;
      expect(checkoutStatus(again)).toMatchObject({
        status: 'needs-attention',
        attention: expect.stringContaining('asked 2'),
      });
    },
  );

  it('gets a short timer again after a step with repeats, and while the payment is voided', () => {
    const afterRepeats = [waits, waits, waits, waits].reduce((state, message) => reactTo(state, message).state, paying);
    for (const [state, message] of [
      [afterRepeats, paid],
      [afterRepeats, declined],
      [paying, cancellationRequested],
    ] as const)
      expect(reactTo(state, message).timers).toMatchObject([{ name: 'waits', afterSeconds: 30 }]);
    expect(reactTo(paying, paid).timers).toEqual([]);
  });

  it('writes into the journal why payments does not know the result', () => {
    const off = new PaymentUnknown({
      orderId,
      paymentId: 'p1',
      attempts: 0,
      reason: 'the provider sandbox is switched off',
    });
    for (const state of [paying, after(placed, reserved, cancellationRequested)])
      expect(reactTo(state, off).note).toContain('switched off');
  });
});

describe('Money that was taken and given back', () => {
  const closeRequestBody = (state: Checkout) => reactTo(state, released).asks[0].body;
  const asksToRecord = [expect.objectContaining({ body: expect.objectContaining({ orderId, amount: total }) })];
  const nothingBack = new PaymentVoided({ orderId, refunded: vnd(0) });
  const reversedByItself = new PaymentDeclined({
    orderId,
    paymentId: 'p1',
    code: 'unavailable',
    reason: 'x',
    reversed: total,
  });

  it('is reported with the request to close the order, in every way that it can go back', () => {
    for (const messages of [[cancellationRequested, voided], [voided], [reversedByItself], [declined, voided]])
      expect(closeRequestBody(after(placed, reserved, ...messages))).toMatchObject({ reversed: total });
  });

  it('is not reported when no money was taken', () => {
    for (const messages of [[cancellationRequested, nothingBack], [declined]])
      expect(closeRequestBody(after(placed, reserved, ...messages))).not.toHaveProperty('reversed');
  });

  it('is recorded on the order when it is reported after the end of the checkout', () => {
    const over = after(placed, reserved, cancellationRequested, nothingBack, released, closed);
    expect(reactTo(over, voided)).toMatchObject({ state: over, asks: asksToRecord });
    expect(reactTo(over, nothingBack).asks).toEqual([]);
  });

  it('is recorded when it is reported while the order is being closed', () => {
    const closing = after(placed, reserved, declined, released, voided);
    expect(reactTo(closing, closed)).toMatchObject({ state: { step: 'given-up' }, asks: asksToRecord });
  });
});
