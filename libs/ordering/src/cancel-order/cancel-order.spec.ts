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

const requestBy = (by: CancelRequest['by']): CancelRequest => ({ by, reason: null, refundId: 'r1' });

const cancelledFact = (by: CancelRequest['by'], refundDue: number) => ({
  type: 'OrderCancelled',
  data: expect.objectContaining({ code: by === 'customer' ? 'CUSTOMER' : 'STAFF', by, refundDue: vnd(refundDue) }),
});

describe('Cancelling an order', () => {
  it('while it is pending, only requests the cancellation from the checkout', () => {
    expect(cancelOrder(orderAfter(...factsUntil.pending), requestBy('customer'))).toEqual([facts.unwanted]);
    expect(cancelOrder(orderAfter(...factsUntil.pending), requestBy('staff'))).toEqual([
      { type: 'CancellationRequested', data: { by: 'staff', reason: null } },
    ]);
  });

  it('is recorded only once if it is requested twice', () => {
    expect(cancelOrder(orderAfter(...factsUntil.pending, facts.unwanted), requestBy('customer'))).toEqual([]);
    expect(cancelOrder(orderAfter(...factsUntil.pending, facts.cancelled), requestBy('customer'))).toEqual([]);
  });

  it.each(['confirmed', 'accepted'] as const)(
    'by the customer, while it is %s, requests a refund of the total',
    (status) => {
      expect(cancelOrder(orderAfter(...factsUntil[status]), requestBy('customer'))).toEqual([
        cancelledFact('customer', 100_000),
        { type: 'RefundRequested', data: { refundId: 'r1', amount: vnd(100_000), reason: 'cancelled: CUSTOMER' } },
      ]);
    },
  );

  it.each(['preparing', 'ready', 'completed'] as const)(
    'by the customer, is refused as too late when it is %s',
    (status) => {
      expect(() => cancelOrder(orderAfter(...factsUntil[status]), requestBy('customer'))).toThrow(
        expect.objectContaining({ code: 'CANNOT_CANCEL' }),
      );
    },
  );

  it.each(['confirmed', 'accepted', 'preparing', 'ready'] as const)('by staff, is possible when it is %s', (status) => {
    expect(cancelOrder(orderAfter(...factsUntil[status]), requestBy('staff'))[0]).toEqual(
      cancelledFact('staff', 100_000),
    );
  });

  it.each([
    ['confirmed', true],
    ['accepted', true],
    ['preparing', false],
    ['ready', false],
  ] as const)('that is %s puts its goods back on the shelf: %s. Staff can decide otherwise', (status, back) => {
    const restock = (request?: boolean) => {
      const [cancelled] = cancelOrder(orderAfter(...factsUntil[status]), { ...requestBy('staff'), restock: request });
      return cancelled.type === 'OrderCancelled' && cancelled.data.restock;
    };
    expect([restock(), restock(true), restock(false)]).toEqual([back, true, false]);
  });

  it('is refused after a refund has ended the order', () => {
    for (const by of ['customer', 'staff'] as const)
      expect(() =>
        cancelOrder(
          orderAfter(...factsUntil.confirmed, refundRequestedWith('a', 100_000, { end: true, restock: true })),
          requestBy(by),
        ),
      ).toThrow(expect.objectContaining({ code: 'CANNOT_CANCEL' }));
  });

  it('requests no refund if all money was given back before', () => {
    const gift = [refundRequestedWith('a', 100_000, { end: false }), refundMade('a', 100_000)];
    expect(cancelOrder(orderAfter(...factsUntil.confirmed, ...gift), requestBy('staff'))).toEqual([
      cancelledFact('staff', 0),
    ]);
  });

  it('by staff, is refused for a completed order, because they can refund the order', () => {
    expect(() => cancelOrder(orderAfter(...factsUntil.completed), requestBy('staff'))).toThrow(
      expect.objectContaining({ code: 'CANNOT_CANCEL' }),
    );
  });

  it('requests no refund for cash that was not paid', () => {
    expect(cancelOrder(orderAfter(facts.placedForCash, facts.confirmedForCash), requestBy('customer'))).toEqual([
      cancelledFact('customer', 0),
    ]);
  });

  it('requests a refund of the money that earlier refunds did not give back, and ignores failed refunds', () => {
    const order = orderAfter(
      ...factsUntil.confirmed,
      refundRequested('a', 30_000),
      refundRequested('b', 20_000),
      refundFailed('b', 20_000),
    );
    expect(cancelOrder(order, requestBy('staff'))[0]).toEqual(cancelledFact('staff', 70_000));
  });

  it('is refused if the order is refunded or does not exist', () => {
    const refunded = orderAfter(...factsUntil.confirmed, refundRequested('a', 100_000), refundMade('a', 100_000));
    expect(() => cancelOrder(refunded, requestBy('staff'))).toThrow(expect.objectContaining({ code: 'CANNOT_CANCEL' }));
    expect(() => cancelOrder(orderAfter(), requestBy('customer'))).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
  });

  it('has a message in the language of the order', () => {
    const placed = { ...facts.placed, data: { ...facts.placed.data, locale: 'vi' as const } };
    const [cancelled] = cancelOrder(orderAfter(placed, facts.confirmed), requestBy('customer'));
    expect(cancelled).toMatchObject({ data: { message: 'Đơn hàng đã được hủy theo yêu cầu của bạn.' } });
  });
});

describe('Closing an order after its checkout gave up', () => {
  it('records the code of the reason', () => {
    expect(closeOrder(orderAfter(facts.placed), 'OUT_OF_STOCK')).toEqual([
      {
        type: 'OrderCancelled',
        data: expect.objectContaining({ code: 'OUT_OF_STOCK', by: 'shop', refundDue: vnd(0) }),
      },
    ]);
  });

  it('records who requested the cancellation', () => {
    expect(closeOrder(orderAfter(facts.placed, facts.unwanted), 'CUSTOMER')).toEqual([facts.cancelled]);
  });

  it.each([
    ['an order that does not exist', orderAfter()],
    ['a confirmed order', orderAfter(...factsUntil.confirmed)],
    ['a closed order', orderAfter(facts.placed, facts.cancelled)],
  ])('does nothing to %s', (_, order) => {
    expect(closeOrder(order, 'OVERDUE')).toEqual([]);
  });
});

describe('Closing an order whose money was taken and given back', () => {
  const data = { reversalId: '019ab3c4-0000-7000-8000-0000000000dd', amount: vnd(100_000) };

  it.each(['CUSTOMER', 'STAFF', 'OVERDUE', 'OUT_OF_STOCK', 'PAYMENT_UNRESOLVED', 'PAYMENT_UNAVAILABLE'] as const)(
    'records the returned money and tells the customer, when the order is closed for %s',
    (code) => {
      const events = closeOrder(orderAfter(...factsUntil.pending), code, data);
      expect(events).toMatchObject([
        { type: 'PaymentReversed', data },
        { type: 'OrderCancelled', data: { code } },
      ]);
      const { message } = events[1].data as { message: string };
      expect(message).toMatch(/100\.000 ₫/);
      expect(message).not.toMatch(/not charged|không bị trừ|\{money\}/);
    },
  );

  it('has a message without an amount when no money was taken', () => {
    const messages = (['OUT_OF_STOCK', 'OVERDUE', 'CUSTOMER'] as const).map(
      (code) => (closeOrder(orderAfter(...factsUntil.pending), code)[0].data as { message: string }).message,
    );
    for (const message of messages) expect(message).not.toMatch(/\{money\}|₫/);
  });

  it('records the returned money only once, before or after the order is closed', () => {
    const reversal = { type: 'PaymentReversed', data } as const;
    expect(closeOrder(orderAfter(...factsUntil.pending, reversal), 'CUSTOMER', data)).toMatchObject([
      { type: 'OrderCancelled' },
    ]);
    expect(recordReversal(orderAfter(...factsUntil.pending, facts.cancelled), data)).toEqual([reversal]);
    expect(recordReversal(orderAfter(...factsUntil.pending, facts.cancelled, reversal), data)).toEqual([]);
    expect(recordReversal(orderAfter(), data)).toEqual([]);
  });
});
