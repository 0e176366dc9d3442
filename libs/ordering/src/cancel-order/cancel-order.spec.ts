import { vnd } from '#kernel';
import {
  facts,
  orderAfter,
  factsUntil,
  refundRequested,
  refundRequestedWith,
  refundMade,
  refundFailed,
} from '../model/order-samples';
import { recordReversal } from '../reverse-payment/reverse-payment';
import { cancelOrder, closeOrder, type CancelRequest } from './cancel-order';

const ask = (by: CancelRequest['by']): CancelRequest => ({ by, reason: null, refundId: 'r1' });

const takenBack = (by: CancelRequest['by'], refundDue: number) => ({
  type: 'OrderCancelled',
  data: expect.objectContaining({ code: by === 'customer' ? 'CUSTOMER' : 'STAFF', by, refundDue: vnd(refundDue) }),
});

describe('Cancelling an order', () => {
  it('while pending, only asks the checkout to wind back', () => {
    expect(cancelOrder(orderAfter(...factsUntil.pending), ask('customer'))).toEqual([facts.unwanted]);
    expect(cancelOrder(orderAfter(...factsUntil.pending), ask('staff'))).toEqual([
      { type: 'CancellationRequested', data: { by: 'staff', reason: null } },
    ]);
  });

  it('asked twice, asks once', () => {
    expect(cancelOrder(orderAfter(...factsUntil.pending, facts.unwanted), ask('customer'))).toEqual([]);
    expect(cancelOrder(orderAfter(...factsUntil.pending, facts.cancelled), ask('customer'))).toEqual([]);
  });

  it.each(['confirmed', 'accepted'] as const)('by the customer, when %s, owes the total back', (status) => {
    expect(cancelOrder(orderAfter(...factsUntil[status]), ask('customer'))).toEqual([
      takenBack('customer', 100_000),
      { type: 'RefundRequested', data: { refundId: 'r1', amount: vnd(100_000), reason: 'cancelled: CUSTOMER' } },
    ]);
  });

  it.each(['preparing', 'ready', 'completed'] as const)('by the customer, is too late when %s', (status) => {
    expect(() => cancelOrder(orderAfter(...factsUntil[status]), ask('customer'))).toThrow(
      expect.objectContaining({ code: 'CANNOT_CANCEL' }),
    );
  });

  it.each(['confirmed', 'accepted', 'preparing', 'ready'] as const)('by staff, is possible when %s', (status) => {
    expect(cancelOrder(orderAfter(...factsUntil[status]), ask('staff'))[0]).toEqual(takenBack('staff', 100_000));
  });

  it.each([
    ['confirmed', true],
    ['accepted', true],
    ['preparing', false],
    ['ready', false],
  ] as const)('when %s, its goods go back on the shelf: %s; staff may say otherwise', (status, back) => {
    const restock = (request?: boolean) => {
      const [cancelled] = cancelOrder(orderAfter(...factsUntil[status]), { ...ask('staff'), restock: request });
      return cancelled.type === 'OrderCancelled' && cancelled.data.restock;
    };
    expect([restock(), restock(true), restock(false)]).toEqual([back, true, false]);
  });

  it('that a refund has ended is refused: nothing is left to cancel', () => {
    for (const by of ['customer', 'staff'] as const)
      expect(() =>
        cancelOrder(
          orderAfter(...factsUntil.confirmed, refundRequestedWith('a', 100_000, { end: true, restock: true })),
          ask(by),
        ),
      ).toThrow(expect.objectContaining({ code: 'CANNOT_CANCEL' }));
  });

  it('whose price was given back already owes nothing more', () => {
    const gift = [refundRequestedWith('a', 100_000, { end: false }), refundMade('a', 100_000)];
    expect(cancelOrder(orderAfter(...factsUntil.confirmed, ...gift), ask('staff'))).toEqual([takenBack('staff', 0)]);
  });

  it('by staff, is too late once completed: then there are refunds', () => {
    expect(() => cancelOrder(orderAfter(...factsUntil.completed), ask('staff'))).toThrow(
      expect.objectContaining({ code: 'CANNOT_CANCEL' }),
    );
  });

  it('owes nothing back for cash that was not paid', () => {
    expect(cancelOrder(orderAfter(facts.placedForCash, facts.confirmedForCash), ask('customer'))).toEqual([
      takenBack('customer', 0),
    ]);
  });

  it('owes back what earlier refunds have left, the failed ones not counted', () => {
    const order = orderAfter(
      ...factsUntil.confirmed,
      refundRequested('a', 30_000),
      refundRequested('b', 20_000),
      refundFailed('b', 20_000),
    );
    expect(cancelOrder(order, ask('staff'))[0]).toEqual(takenBack('staff', 70_000));
  });

  it('of an order that is refunded or not there is refused', () => {
    const whole = orderAfter(...factsUntil.confirmed, refundRequested('a', 100_000), refundMade('a', 100_000));
    expect(() => cancelOrder(whole, ask('staff'))).toThrow(expect.objectContaining({ code: 'CANNOT_CANCEL' }));
    expect(() => cancelOrder(orderAfter(), ask('customer'))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('says so in the language of the order', () => {
    const placed = { ...facts.placed, data: { ...facts.placed.data, locale: 'vi' as const } };
    const [cancelled] = cancelOrder(orderAfter(placed, facts.confirmed), ask('customer'));
    expect(cancelled).toMatchObject({ data: { message: 'Đơn hàng đã được hủy theo yêu cầu của bạn.' } });
  });
});

describe('Closing an order that the checkout gave up', () => {
  it('tells why', () => {
    expect(closeOrder(orderAfter(facts.placed), 'OUT_OF_STOCK')).toEqual([
      {
        type: 'OrderCancelled',
        data: expect.objectContaining({ code: 'OUT_OF_STOCK', by: 'shop', refundDue: vnd(0) }),
      },
    ]);
  });

  it('remembers who did not want it any more', () => {
    expect(closeOrder(orderAfter(facts.placed, facts.unwanted), 'CUSTOMER')).toEqual([facts.cancelled]);
  });

  it.each([
    ['nothing', orderAfter()],
    ['a confirmed order', orderAfter(...factsUntil.confirmed)],
    ['a closed one', orderAfter(facts.placed, facts.cancelled)],
  ])('does nothing to %s', (_, order) => {
    expect(closeOrder(order, 'OVERDUE')).toEqual([]);
  });
});

describe('Closing an order whose money was taken and given back', () => {
  const data = { reversalId: '019ab3c4-0000-7000-8000-0000000000dd', amount: vnd(100_000) };

  it.each(['CUSTOMER', 'STAFF', 'OVERDUE', 'OUT_OF_STOCK', 'PAYMENT_UNRESOLVED', 'PAYMENT_UNAVAILABLE'] as const)(
    'says so, when it is closed for %s',
    (code) => {
      const told = closeOrder(orderAfter(...factsUntil.pending), code, data);
      expect(told).toMatchObject([
        { type: 'PaymentReversed', data },
        { type: 'OrderCancelled', data: { code } },
      ]);
      const { message } = told[1].data as { message: string };
      expect(message).toMatch(/100\.000 ₫/);
      expect(message).not.toMatch(/not charged|không bị trừ|\{money\}/);
    },
  );

  it('says what is the case where nothing was taken', () => {
    const messages = (['OUT_OF_STOCK', 'OVERDUE', 'CUSTOMER'] as const).map(
      (code) => (closeOrder(orderAfter(...factsUntil.pending), code)[0].data as { message: string }).message,
    );
    for (const message of messages) expect(message).not.toMatch(/\{money\}|₫/);
  });

  it('counts it once, before or after the end', () => {
    const reversal = { type: 'PaymentReversed', data } as const;
    expect(closeOrder(orderAfter(...factsUntil.pending, reversal), 'CUSTOMER', data)).toMatchObject([
      { type: 'OrderCancelled' },
    ]);
    expect(recordReversal(orderAfter(...factsUntil.pending, facts.cancelled), data)).toEqual([reversal]);
    expect(recordReversal(orderAfter(...factsUntil.pending, facts.cancelled, reversal), data)).toEqual([]);
    expect(recordReversal(orderAfter(), data)).toEqual([]);
  });
});
