import { vnd } from '#kernel';
import { advanceOrder, steps } from '../advance-order/advance-order';
import { cancelOrder } from '../cancel-order/cancel-order';
import { react } from '../checkout/checkout';
import { CheckoutOverdue, CheckoutWaits } from '../checkout/checkout-messages';
import type { Checkout } from '../checkout/checkout-steps';
import { isStillOpen } from '../erase-person/still-open';
import {
  facts,
  orderAfter,
  factsUntil,
  orderId,
  refundRequestedWith,
  refundMade,
  sealed,
} from '../model/order-samples';
import { refundOrder } from '../refund-order/refund-order';
import { holdOrder, resumeOrder } from './hold-order';

const { held, resumed } = facts;
const { reason } = held.data;
const canBeHeld = ['confirmed', 'accepted'] as const;
const cannotBeHeld = ['pending', 'preparing', 'ready', 'completed'] as const;
const code = (name: string) => expect.objectContaining({ code: name });
const ended = refundRequestedWith('a', 100_000, { end: true, restock: true });

describe.each(canBeHeld)('Holding an order that is %s', (status) => {
  const onHold = orderAfter(...factsUntil[status], held);

  it('changes its status to on hold, and resuming changes it back', () => {
    expect(holdOrder(orderAfter(...factsUntil[status]), reason)).toEqual([held]);
    expect(onHold).toMatchObject({ status: 'on-hold', hold: { reason, from: status } });
    expect(resumeOrder(onHold)).toEqual([resumed]);
    expect(orderAfter(...factsUntil[status], held, resumed)).toEqual(orderAfter(...factsUntil[status]));
  });

  it('is recorded only once, with the first reason, and resuming is recorded only once', () => {
    expect(holdOrder(onHold, sealed('another reason'))).toEqual([]);
    expect(resumeOrder(orderAfter(...factsUntil[status], held, resumed))).toEqual([]);
  });

  it('refuses all steps of the baristas', () => {
    for (const step of steps) expect(() => advanceOrder(onHold, step)).toThrow(code('ORDER_ON_HOLD'));
  });

  it('ends when a barista takes the next step, even if OrderResumed was declared void', () => {
    expect(orderAfter(...factsUntil[status], held, facts.preparing)).toEqual(
      orderAfter(...factsUntil[status], facts.preparing),
    );
  });

  it('still allows customer and staff to cancel, with all money and goods back', () => {
    for (const by of ['customer', 'staff'] as const) {
      const events = cancelOrder(onHold, { by, reason: null, refundId: 'r1' });
      expect(events).toMatchObject([
        { type: 'OrderCancelled', data: { by, refundDue: vnd(100_000), restock: true } },
        { type: 'RefundRequested', data: { amount: vnd(100_000) } },
      ]);
      const cancelled = orderAfter(...factsUntil[status], held, ...events);
      expect(cancelled).toEqual(orderAfter(...factsUntil[status], ...events));
      expect(() => resumeOrder(cancelled)).toThrow(code('WRONG_STATUS'));
    }
  });

  it('still allows refunds: a full refund ends the order, but not if the order is a gift', () => {
    const request = { refundId: 'a', reason: 'cold' };
    expect(refundOrder(onHold, request)).toEqual(refundOrder(orderAfter(...factsUntil[status]), request));
    expect(orderAfter(...factsUntil[status], held, ended, refundMade('a', 100_000))).toEqual(
      orderAfter(...factsUntil[status], ended, refundMade('a', 100_000)),
    );
    const gift = [refundRequestedWith('a', 100_000, { end: false }), refundMade('a', 100_000)];
    expect(orderAfter(...factsUntil[status], held, ...gift)).toMatchObject({ status: 'on-hold' });
    expect(orderAfter(...factsUntil[status], held, ...gift, resumed)).toEqual(
      orderAfter(...factsUntil[status], ...gift),
    );
  });

  it('prevents the erasure of the customer', () => {
    expect(isStillOpen(onHold)).toBe(true);
  });

  it('is refused after a refund has ended the order, and so is resuming', () => {
    expect(() => holdOrder(orderAfter(...factsUntil[status], ended), reason)).toThrow(code('WRONG_STATUS'));
    expect(() => resumeOrder(orderAfter(...factsUntil[status], held, ended))).toThrow(code('WRONG_STATUS'));
    expect(orderAfter(...factsUntil[status], held, ended, resumed)).toMatchObject({ status: 'on-hold', ended: true });
  });
});

describe('Holding and resuming', () => {
  it.each(cannotBeHeld)('is refused when %s', (status) => {
    expect(() => holdOrder(orderAfter(...factsUntil[status]), reason)).toThrow(code('WRONG_STATUS'));
    expect(() => resumeOrder(orderAfter(...factsUntil[status]))).toThrow(code('WRONG_STATUS'));
  });

  it('is refused if the order does not exist', () => {
    expect(() => holdOrder(orderAfter(), reason)).toThrow(code('NOT_FOUND'));
    expect(() => resumeOrder(orderAfter())).toThrow(code('NOT_FOUND'));
  });

  it('need not stop a timer, because the timers of a checkout do nothing after the confirmation', () => {
    const confirmed: Checkout = { step: 'confirmed', orderId, method: 'card' };
    for (const timer of [new CheckoutOverdue({ orderId }), new CheckoutWaits({ orderId, asked: 0 })])
      expect(react(confirmed, timer, 900)).toMatchObject({ state: confirmed, asks: [], timers: [] });
  });
});
