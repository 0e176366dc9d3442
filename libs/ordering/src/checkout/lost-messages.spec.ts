import { vnd } from '#kernel';
import { OrderCancellationRequested, OrderCancelled, OrderConfirmed, OrderPlaced } from '#contracts/ordering';
import { ReleaseStock } from '#contracts/inventory';
import { VoidPayment } from '#contracts/payments';
import { orderId } from '../model/order-samples';
import { react } from './checkout';
import { CheckoutWaits, CloseOrder, CompareCheckout, RecordReversal, ReviewOrder } from './checkout-messages';
import type { CheckoutMessage } from './checkout-moves';
import { checkoutStatus } from './checkout-status';
import { initialCheckout, type Checkout } from './checkout-steps';

const total = vnd(60_000);
const lines = [{ sku: 'a1', quantity: 2 }];
const payment = { paymentId: 'p1', method: 'card' as const, provider: 'sandbox', chargeId: 'ch_1', amount: total };
const basket = { orderId, lines, total, method: 'card' as const, token: null };

const compareMessage = (body: Partial<CompareCheckout['body']> = {}) =>
  new CompareCheckout({
    ...{ orderId, status: 'pending', wasConfirmed: false, unwantedBy: null, inHand: false },
    ...{ lines, total, method: 'card' },
    ...body,
  });
const reactTo = (state: Checkout, message: CheckoutMessage) => react(state, message, 900);

const reserving: Checkout = { step: 'reserving', basket, asked: 0 };
const paying: Checkout = { step: 'paying', basket, unknown: false, asked: 0 };
const committing: Checkout = { step: 'committing', orderId, payment, asked: 0 };
const confirming: Checkout = { step: 'confirming', orderId, payment, asked: 3 };
const confirmed: Checkout = { step: 'confirmed', orderId, method: 'card' };
const closing: Checkout = { step: 'closing', orderId, why: 'CUSTOMER', asked: 2 };

describe('A checkout that has lost the message of a cancellation', () => {
  const cancellationRequested = compareMessage({ unwantedBy: 'customer' });

  it.each<[string, Checkout, string]>([
    ['reserving', reserving, 'releasing'],
    ['paying', paying, 'voiding'],
    ['committing', committing, 'voiding'],
    ['confirming', confirming, 'voiding'],
  ])('gives everything back from %s when it is compared with the order', (_, state, step) => {
    const back = reactTo(state, cancellationRequested);
    expect(back.state).toMatchObject({ step, why: 'CUSTOMER' });
    expect(back.timers).toMatchObject([{ name: 'waits', afterSeconds: 30 }]);
    const late = new OrderCancellationRequested({ orderId, version: 2, reason: null, by: 'customer' });
    expect(reactTo(back.state, late)).toMatchObject({ state: back.state, asks: [] });
  });
});

describe('A checkout that has lost the message of the confirmation', () => {
  const inHand = compareMessage({ status: 'accepted', wasConfirmed: true, inHand: true });

  it('is confirmed when it is compared with the order', () => {
    expect(reactTo(confirming, inHand)).toMatchObject({ state: confirmed, asks: [] });
    expect(reactTo({ ...confirming, parked: 'no answer' }, inHand)).toMatchObject({ state: confirmed });
    const late = new OrderConfirmed({ orderId, version: 2 } as never);
    expect(reactTo(confirmed, late)).toMatchObject({ state: confirmed, asks: [] });
  });
});

describe('A checkout that has lost the message that a confirmed order has ended', () => {
  const ended = (body: Partial<CompareCheckout['body']>) =>
    compareMessage({ status: 'cancelled', wasConfirmed: true, goods: 'shelf', ...body });

  it.each<[string, Checkout, CompareCheckout, object]>([
    ['back on the shelf', confirmed, ended({}), { step: 'restocking' }],
    ['back on the shelf, from confirming', confirming, ended({}), { step: 'restocking' }],
    ['to the waste', confirmed, ended({ goods: 'waste' }), { step: 'restocking', waste: true }],
    ['back after a refund', confirmed, ended({ status: 'refunded' }), { step: 'restocking', why: 'REFUNDED' }],
    [
      'back, after the amount due in cash is cancelled',
      { ...confirmed, method: 'cash' },
      ended({}),
      { step: 'unbooking' },
    ],
  ])('sends the goods %s', (_, state, compare, next) => {
    const back = reactTo(state, compare);
    expect(back.state).toMatchObject(next);
    expect(back.asks).toHaveLength(1);
    expect(reactTo(back.state, compare)).toMatchObject({ state: back.state, asks: [] });
    const late = new OrderCancelled({ orderId, code: 'STAFF', wasConfirmed: true, restock: true } as never);
    expect(reactTo(back.state, late)).toMatchObject({ state: back.state, asks: [] });
  });
});

describe('A checkout that has lost the message that its order is closed', () => {
  const closed = compareMessage({ status: 'cancelled' });

  it('ends, and records the money that was given back', () => {
    expect(reactTo(closing, closed)).toMatchObject({ state: { step: 'given-up', why: 'CUSTOMER' }, asks: [] });
    expect(reactTo({ ...closing, reversed: total }, closed).asks).toEqual([expect.any(RecordReversal)]);
  });

  it('gives everything back, because the shop keeps no money for a cancelled order', () => {
    const voiding: Checkout = { step: 'voiding', orderId, why: 'OVERDUE', asked: 0 };
    expect(reactTo(voiding, closed)).toMatchObject({ state: voiding, asks: [] });
    expect(reactTo(paying, closed)).toMatchObject({ state: { step: 'voiding' }, asks: [expect.any(VoidPayment)] });
    expect(reactTo(reserving, closed)).toMatchObject({ asks: [expect.any(ReleaseStock)] });
  });
});

describe('A checkout that has lost the message of the order', () => {
  const cancelled: Checkout = { step: 'waiting', cancelled: 'CUSTOMER' };
  const cancellationRequested = new OrderCancellationRequested({ orderId, version: 2, reason: null, by: 'customer' });

  it.each<[string, Checkout, CompareCheckout, string]>([
    ['cancelled', cancelled, compareMessage(), 'CUSTOMER'],
    ['cancelled, according to the order', initialCheckout, compareMessage({ unwantedBy: 'staff' }), 'STAFF'],
    ['not cancelled', initialCheckout, compareMessage(), 'OVERDUE'],
  ])('closes the order that was %s', (_, state, compare, code) => {
    const reaction = reactTo(state, compare);
    expect(reaction.asks).toEqual([expect.any(CloseOrder)]);
    expect((reaction.asks[0] as CloseOrder).body).toMatchObject({ orderId, code });
    expect(reaction.timers).toMatchObject([{ name: 'waits', afterSeconds: 30 }]);
    const late = new OrderPlaced({ orderId, items: [], total, payment: { method: 'card', token: null } } as never);
    expect(reactTo(reaction.state, late)).toMatchObject({ state: reaction.state, asks: [] });
  });

  it('asks for a comparison without staff, and needs attention, if only the cancellation comes', () => {
    const waiting = reactTo(initialCheckout, cancellationRequested);
    expect(waiting.timers).toMatchObject([{ name: 'waits', afterSeconds: 30 }]);
    expect(checkoutStatus(waiting.state)).toMatchObject({ status: 'running', step: 'waiting' });
    const waited = reactTo(waiting.state, new CheckoutWaits({ orderId, asked: 0 }));
    expect(waited).toMatchObject({
      asks: [new ReviewOrder({ orderId })],
      timers: [{ name: 'waits', afterSeconds: 60 }],
    });
    expect(checkoutStatus(waited.state)).toMatchObject({ status: 'needs-attention', step: 'waiting' });
    expect(reactTo(waited.state, compareMessage({ step: 'waiting' })).asks).toEqual([expect.any(CloseOrder)]);
  });
});

describe('A comparison that comes late', () => {
  it('is repeated if the checkout has changed after the order was read', () => {
    const early = compareMessage({ step: 'confirming', by: 'os:1', reason: 'a lost message' });
    expect(reactTo(confirmed, early)).toMatchObject({
      state: confirmed,
      asks: [new ReviewOrder({ orderId, by: 'os:1', reason: 'a lost message' })],
    });
    expect(reactTo(confirming, early).asks).not.toContainEqual(expect.any(ReviewOrder));
  });

  it('writes into the journal who asked for it, and why', () => {
    const { note } = reactTo(
      confirmed,
      compareMessage({ status: 'ready', wasConfirmed: true, by: 'os:1', reason: 'x' }),
    );
    expect(note).toBe('compared with the order, by os:1: x');
  });
});
