import { vnd } from '#kernel';
import { OrderCancellationRequested, OrderCancelled, OrderConfirmed } from '#contracts/ordering';
import { ReleaseStock, StockReleased } from '#contracts/inventory';
import { PaymentTaken, PaymentVoided, TakePayment, VoidPayment } from '#contracts/payments';
import { orderId } from '../model/order-samples';
import { react } from './checkout';
import {
  CloseOrder,
  CompareCheckout,
  ConfirmOrder,
  RecordReversal,
  RetryCheckout,
  ReviewOrder,
} from './checkout-messages';
import type { CheckoutMessage, CheckoutReaction } from './checkout-moves';
import { checkoutStatus } from './checkout-status';
import { initialCheckout, type Checkout } from './checkout-steps';

const total = vnd(60_000);
const lines = [{ sku: 'a1', quantity: 2 }];
const payment = { paymentId: 'p1', method: 'card' as const, provider: 'sandbox', chargeId: 'ch_1', amount: total };
const basket = { orderId, lines, total, method: 'card' as const, token: null };

const stands = (body: Partial<CompareCheckout['body']> = {}) =>
  new CompareCheckout({
    ...{ orderId, status: 'pending', wasConfirmed: false, unwantedBy: null, inHand: false },
    ...{ lines, total, method: 'card' },
    ...body,
  });
const inHand = stands({ status: 'accepted', wasConfirmed: true, inHand: true });
const cancelledUnpaid = stands({ status: 'cancelled' });
const retry = new RetryCheckout({ orderId, by: 'admin-1', reason: null });
const unwanted = new OrderCancellationRequested({ orderId, version: 4, reason: null, by: 'staff' });
const voided = new PaymentVoided({ orderId, refunded: total });
const released = new StockReleased({ orderId, lines, restocked: true });
const confirmedAs = (version: number) => new OrderConfirmed({ orderId, version } as never);
const cancelled = (wasConfirmed: boolean) =>
  new OrderCancelled({ orderId, code: 'STAFF', wasConfirmed, restock: true } as never);

const on = (state: Checkout, heard: CheckoutMessage) => react(state, heard, 900);
const after = (state: Checkout, ...heard: CheckoutMessage[]) =>
  heard.reduce<Checkout>((before, it) => on(before, it).state, state);

const confirmed: Checkout = { step: 'confirmed', orderId, method: 'card' };
const givenUp: Checkout = { step: 'given-up', orderId, why: 'OVERDUE' };
const undone: Checkout = { step: 'undone', orderId };
const restocking: Checkout = { step: 'restocking', orderId, asked: 1, parked: 'no answer', waste: true };
const unbooking: Checkout = { step: 'unbooking', orderId, asked: 0 };
const confirming: Checkout = { step: 'confirming', orderId, payment, asked: 0 };
const closing: Checkout = { step: 'closing', orderId, why: 'OVERDUE', asked: 0 };
const reopened: Checkout = { step: 'reopened', basket, pending: true };
const goesOn: Checkout = { step: 'reopened', basket, pending: false };

describe('A checkout that is over, and whose order is pending again', () => {
  it.each<[string, Checkout]>([
    ['confirmed', confirmed],
    ['undone', undone],
    ['restocking', restocking],
    ['unbooking', unbooking],
  ])('%s, needs attention and asks nothing until somebody has decided', (_, state) => {
    expect(on(state, stands())).toMatchObject({ state: reopened, asks: [] });
    expect(checkoutStatus(reopened)).toMatchObject({ status: 'needs-attention', step: 'reopened' });
    expect(checkoutStatus(reopened).attention).toMatch(/retry .* or cancel/);
  });

  it('winds back when it is cancelled, from the money to the order', () => {
    const back = on(reopened, unwanted);
    expect(back.asks).toEqual([expect.any(VoidPayment)]);
    expect(back.timers).toMatchObject([{ name: 'waits', afterSeconds: 30 }]);
    const closes = on(after(back.state, voided), released);
    expect(closes.asks).toEqual([expect.any(CloseOrder)]);
    expect((closes.asks[0] as CloseOrder).body).toMatchObject({ code: 'STAFF', reversed: total });
    expect(after(closes.state, cancelled(false))).toEqual({ step: 'given-up', orderId, why: 'STAFF' });
  });

  it('winds back at once when somebody had wanted that already', () => {
    expect(on(confirmed, stands({ unwantedBy: 'customer' }))).toMatchObject({
      state: { step: 'voiding', why: 'CUSTOMER' },
      asks: [expect.any(VoidPayment)],
    });
  });

  it('compares itself when a wish to cancel comes, which no confirmed order has', () => {
    for (const state of [confirmed, undone])
      expect(on(state, unwanted)).toMatchObject({ state, asks: [new ReviewOrder({ orderId })] });
  });

  it('is confirmed again when staff retry it, with the payment that was taken and without a card', () => {
    const again = on(reopened, retry);
    expect(again.asks).toEqual([
      new TakePayment({
        ...{ orderId, amount: total, method: 'card', token: null },
        idempotencyKey: `checkout:${orderId}:pay`,
      }),
    ]);
    expect(again.timers).toMatchObject([{ name: 'waits', afterSeconds: 30 }]);
    expect(after(again.state, new PaymentTaken({ orderId, ...payment }))).toMatchObject({
      step: 'committing',
      payment,
    });
    expect(on(confirming, confirmedAs(5))).toMatchObject({ state: confirmed, asks: [new ReviewOrder({ orderId })] });
  });

  it('is over when a confirmation that was still under way comes', () => {
    expect(on(reopened, confirmedAs(4)).state).toEqual(confirmed);
  });

  it('closes the order again by itself when it had given up', () => {
    expect(on(givenUp, stands())).toMatchObject({
      state: { step: 'voiding', why: 'OVERDUE' },
      asks: [expect.any(VoidPayment)],
      timers: [{ name: 'waits', afterSeconds: 30 }],
    });
  });
});

describe('A checkout whose order goes on', () => {
  it.each<[string, Checkout]>([
    ['undone', undone],
    ['restocking', restocking],
    ['unbooking', unbooking],
  ])('needs attention when it was %s', (_, state) => {
    expect(on(state, inHand)).toMatchObject({ state: goesOn, asks: [] });
    expect(checkoutStatus(goesOn).attention).toMatch(/cancel the order again/);
  });

  it('gives the goods back again when it is cancelled again, and goes on when staff leave it so', () => {
    expect(on(goesOn, cancelled(true))).toMatchObject({
      state: { step: 'restocking' },
      asks: [expect.any(ReleaseStock)],
    });
    expect(on(goesOn, retry)).toMatchObject({ state: confirmed, asks: [] });
  });
});

describe('A checkout whose order is cancelled and does not count as paid', () => {
  const payBack = expect.any(VoidPayment);

  it.each<[string, Checkout]>([
    ['confirmed', confirmed],
    ['undone', undone],
    ['given up', givenUp],
    ['restocking', restocking],
    ['reopened', reopened],
  ])('%s, has whatever is left given back, and that noted', (_, state) => {
    const ended: CheckoutReaction = on(state, cancelledUnpaid);
    expect(ended).toMatchObject({ state: { step: 'given-up' }, asks: [payBack, expect.any(ReleaseStock)] });
    expect(on(ended.state, voided).asks).toEqual([expect.any(RecordReversal)]);
  });

  it('keeps what was decided about the goods', () => {
    const release = (state: Checkout) => (on(state, cancelledUnpaid).asks[1] as ReleaseStock).body;
    expect(release(restocking)).toMatchObject({ waste: true });
    expect(release(undone)).not.toHaveProperty('waste');
  });
});

describe('A checkout that agrees with its order, or is on its way', () => {
  it.each<[string, Checkout, CompareCheckout]>([
    ['has not begun', initialCheckout, stands()],
    ['is closing a closed order', closing, cancelledUnpaid],
    ['is confirmed', confirmed, inHand],
    ['is undone, and the order is cancelled', undone, stands({ status: 'cancelled', wasConfirmed: true })],
    ['is undone, and the order is refunded', undone, stands({ status: 'refunded', wasConfirmed: true })],
  ])('%s: nothing comes of the comparison', (_, state, compare) => {
    expect(on(state, compare)).toMatchObject({ state, asks: [], timers: [] });
  });

  it('asks again what it waits for, since that may be the void event', () => {
    expect(on(confirming, stands())).toMatchObject({ state: confirming, asks: [expect.any(ConfirmOrder)], timers: [] });
    expect(on(closing, stands())).toMatchObject({ state: closing, asks: [expect.any(CloseOrder)], timers: [] });
  });

  it.each([stands(), stands({ unwantedBy: 'staff' }), inHand, cancelledUnpaid])(
    'makes the same of a comparison that it hears twice',
    (compare) => {
      for (const state of [confirmed, givenUp, undone, restocking, unbooking, confirming, closing])
        expect(after(state, compare, compare)).toEqual(after(state, compare));
    },
  );
});
