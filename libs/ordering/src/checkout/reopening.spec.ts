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

const compareMessage = (body: Partial<CompareCheckout['body']> = {}) =>
  new CompareCheckout({
    ...{ orderId, status: 'pending', wasConfirmed: false, unwantedBy: null, inHand: false },
    ...{ lines, total, method: 'card' },
    ...body,
  });
const inHand = compareMessage({ status: 'accepted', wasConfirmed: true, inHand: true });
const cancelledUnpaid = compareMessage({ status: 'cancelled' });
const retry = new RetryCheckout({ orderId, by: 'admin-1', reason: null });
const cancellationRequested = new OrderCancellationRequested({ orderId, version: 4, reason: null, by: 'staff' });
const voided = new PaymentVoided({ orderId, refunded: total });
const released = new StockReleased({ orderId, lines, restocked: true });
const confirmedAs = (version: number) => new OrderConfirmed({ orderId, version } as never);
const cancelled = (wasConfirmed: boolean) =>
  new OrderCancelled({ orderId, code: 'STAFF', wasConfirmed, restock: true } as never);

const reactTo = (state: Checkout, message: CheckoutMessage) => react(state, message, 900);
const after = (state: Checkout, ...messages: CheckoutMessage[]) =>
  messages.reduce<Checkout>((before, it) => reactTo(before, it).state, state);

const confirmed: Checkout = { step: 'confirmed', orderId, method: 'card' };
const givenUp: Checkout = { step: 'given-up', orderId, why: 'OVERDUE' };
const undone: Checkout = { step: 'undone', orderId };
const restocking: Checkout = { step: 'restocking', orderId, asked: 1, parked: 'no answer', waste: true };
const unbooking: Checkout = { step: 'unbooking', orderId, asked: 0 };
const confirming: Checkout = { step: 'confirming', orderId, payment, asked: 0 };
const closing: Checkout = { step: 'closing', orderId, why: 'OVERDUE', asked: 0 };
const reopened: Checkout = { step: 'reopened', basket, pending: true };
const reopenedInProgress: Checkout = { step: 'reopened', basket, pending: false };

describe('A checkout that is over, and whose order is pending again', () => {
  it.each<[string, Checkout]>([
    ['confirmed', confirmed],
    ['undone', undone],
    ['restocking', restocking],
    ['unbooking', unbooking],
  ])('needs attention when it was %s, and sends no request until staff decide', (_, state) => {
    expect(reactTo(state, compareMessage())).toMatchObject({ state: reopened, asks: [] });
    expect(checkoutStatus(reopened)).toMatchObject({ status: 'needs-attention', step: 'reopened' });
    expect(checkoutStatus(reopened).attention).toMatch(/retry .* or cancel/);
  });

  it('gives back the money, then the goods, and closes the order when it is cancelled', () => {
    const back = reactTo(reopened, cancellationRequested);
    expect(back.asks).toEqual([expect.any(VoidPayment)]);
    expect(back.timers).toMatchObject([{ name: 'waits', afterSeconds: 30 }]);
    const closes = reactTo(after(back.state, voided), released);
    expect(closes.asks).toEqual([expect.any(CloseOrder)]);
    expect((closes.asks[0] as CloseOrder).body).toMatchObject({ code: 'STAFF', reversed: total });
    expect(after(closes.state, cancelled(false))).toEqual({ step: 'given-up', orderId, why: 'STAFF' });
  });

  it('gives everything back at once when a cancellation was requested before', () => {
    expect(reactTo(confirmed, compareMessage({ unwantedBy: 'customer' }))).toMatchObject({
      state: { step: 'voiding', why: 'CUSTOMER' },
      asks: [expect.any(VoidPayment)],
    });
  });

  it('asks for a review when it gets a cancellation request, because a confirmed order accepts no such request', () => {
    for (const state of [confirmed, undone])
      expect(reactTo(state, cancellationRequested)).toMatchObject({ state, asks: [new ReviewOrder({ orderId })] });
  });

  it('is confirmed again when staff retry it, with the payment that was taken and without a card', () => {
    const again = reactTo(reopened, retry);
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
    expect(reactTo(confirming, confirmedAs(5))).toMatchObject({
      state: confirmed,
      asks: [new ReviewOrder({ orderId })],
    });
  });

  it('is confirmed when a late confirmation arrives', () => {
    expect(reactTo(reopened, confirmedAs(4)).state).toEqual(confirmed);
  });

  it('closes the order again without staff if it had given up', () => {
    expect(reactTo(givenUp, compareMessage())).toMatchObject({
      state: { step: 'voiding', why: 'OVERDUE' },
      asks: [expect.any(VoidPayment)],
      timers: [{ name: 'waits', afterSeconds: 30 }],
    });
  });
});

describe('A checkout whose order is in progress again', () => {
  it.each<[string, Checkout]>([
    ['undone', undone],
    ['restocking', restocking],
    ['unbooking', unbooking],
  ])('needs attention when it was %s', (_, state) => {
    expect(reactTo(state, inHand)).toMatchObject({ state: reopenedInProgress, asks: [] });
    expect(checkoutStatus(reopenedInProgress).attention).toMatch(/cancel the order again/);
  });

  it('gives the goods back again when the order is cancelled again, and is confirmed when staff retry it', () => {
    expect(reactTo(reopenedInProgress, cancelled(true))).toMatchObject({
      state: { step: 'restocking' },
      asks: [expect.any(ReleaseStock)],
    });
    expect(reactTo(reopenedInProgress, retry)).toMatchObject({ state: confirmed, asks: [] });
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
  ])('gives back the remaining money and goods when it was %s, and records this', (_, state) => {
    const ended: CheckoutReaction = reactTo(state, cancelledUnpaid);
    expect(ended).toMatchObject({ state: { step: 'given-up' }, asks: [payBack, expect.any(ReleaseStock)] });
    expect(reactTo(ended.state, voided).asks).toEqual([expect.any(RecordReversal)]);
  });

  it('keeps the earlier decision whether the goods are waste', () => {
    const release = (state: Checkout) => (reactTo(state, cancelledUnpaid).asks[1] as ReleaseStock).body;
    expect(release(restocking)).toMatchObject({ waste: true });
    expect(release(undone)).not.toHaveProperty('waste');
  });
});

describe('A checkout that agrees with its order, or is still running', () => {
  it.each<[string, Checkout, CompareCheckout]>([
    ['has not begun, although the order has ended', initialCheckout, cancelledUnpaid],
    ['is confirmed', confirmed, inHand],
    ['is undone, and the order is cancelled', undone, compareMessage({ status: 'cancelled', wasConfirmed: true })],
    ['is undone, and the order is refunded', undone, compareMessage({ status: 'refunded', wasConfirmed: true })],
  ])('%s: the comparison changes nothing', (_, state, compare) => {
    expect(reactTo(state, compare)).toMatchObject({ state, asks: [], timers: [] });
  });

  it('sends its request again, because perhaps the void event was the answer', () => {
    expect(reactTo(confirming, compareMessage())).toMatchObject({
      state: confirming,
      asks: [expect.any(ConfirmOrder)],
      timers: [{ name: 'waits', afterSeconds: 30 }],
    });
    expect(reactTo(closing, compareMessage())).toMatchObject({
      state: closing,
      asks: [expect.any(CloseOrder)],
      timers: [{ name: 'waits', afterSeconds: 30 }],
    });
  });

  it.each([compareMessage(), compareMessage({ unwantedBy: 'staff' }), inHand, cancelledUnpaid])(
    'has the same result when a comparison is received twice',
    (compare) => {
      for (const state of [confirmed, givenUp, undone, restocking, unbooking, confirming, closing])
        expect(after(state, compare, compare)).toEqual(after(state, compare));
    },
  );
});
