import { vnd } from '#kernel';
import { facts, given, ordered, refundAsked, refundDeciding, refundDone, refundFailed } from '../model/order-samples';
import { recordReversal } from '../reverse-payment/reverse-payment';
import { cancelOrder, closeOrder, type CancelOrder } from './cancel-order';

const ask = (by: CancelOrder['by']): CancelOrder => ({ by, reason: null, refundId: 'r1' });

const takenBack = (by: CancelOrder['by'], refundDue: number) => ({
  type: 'OrderCancelled',
  data: expect.objectContaining({ code: by === 'customer' ? 'CUSTOMER' : 'STAFF', by, refundDue: vnd(refundDue) }),
});

describe('Cancelling an order', () => {
  it('while pending, only asks the checkout to wind back', () => {
    expect(cancelOrder(given(...ordered.pending), ask('customer'))).toEqual([facts.unwanted]);
    expect(cancelOrder(given(...ordered.pending), ask('staff'))).toEqual([
      { type: 'CancellationRequested', data: { by: 'staff', reason: null } },
    ]);
  });

  it('asked twice, asks once', () => {
    expect(cancelOrder(given(...ordered.pending, facts.unwanted), ask('customer'))).toEqual([]);
    expect(cancelOrder(given(...ordered.pending, facts.cancelled), ask('customer'))).toEqual([]);
  });

  it.each(['confirmed', 'accepted'] as const)('by the customer, when %s, owes the total back', (status) => {
    expect(cancelOrder(given(...ordered[status]), ask('customer'))).toEqual([
      takenBack('customer', 100_000),
      { type: 'RefundRequested', data: { refundId: 'r1', amount: vnd(100_000), reason: 'cancelled: CUSTOMER' } },
    ]);
  });

  it.each(['preparing', 'ready', 'completed'] as const)('by the customer, is too late when %s', (status) => {
    expect(() => cancelOrder(given(...ordered[status]), ask('customer'))).toThrow(
      expect.objectContaining({ code: 'CANNOT_CANCEL' }),
    );
  });

  it.each(['confirmed', 'accepted', 'preparing', 'ready'] as const)('by staff, is possible when %s', (status) => {
    expect(cancelOrder(given(...ordered[status]), ask('staff'))[0]).toEqual(takenBack('staff', 100_000));
  });

  it.each([
    ['confirmed', true],
    ['accepted', true],
    ['preparing', false],
    ['ready', false],
  ] as const)('when %s, its goods go back on the shelf: %s; staff may say otherwise', (status, back) => {
    const restock = (request?: boolean) => {
      const [cancelled] = cancelOrder(given(...ordered[status]), { ...ask('staff'), restock: request });
      return cancelled.type === 'OrderCancelled' && cancelled.data.restock;
    };
    expect([restock(), restock(true), restock(false)]).toEqual([back, true, false]);
  });

  it('that a refund has ended is refused: nothing is left to cancel', () => {
    for (const by of ['customer', 'staff'] as const)
      expect(() =>
        cancelOrder(given(...ordered.confirmed, refundDeciding('a', 100_000, { end: true, restock: true })), ask(by)),
      ).toThrow(expect.objectContaining({ code: 'CANNOT_CANCEL' }));
  });

  it('whose price was given back already owes nothing more', () => {
    const gift = [refundDeciding('a', 100_000, { end: false }), refundDone('a', 100_000)];
    expect(cancelOrder(given(...ordered.confirmed, ...gift), ask('staff'))).toEqual([takenBack('staff', 0)]);
  });

  it('by staff, is too late once completed: then there are refunds', () => {
    expect(() => cancelOrder(given(...ordered.completed), ask('staff'))).toThrow(
      expect.objectContaining({ code: 'CANNOT_CANCEL' }),
    );
  });

  it('owes nothing back for cash that was not paid', () => {
    expect(cancelOrder(given(facts.placedForCash, facts.confirmedForCash), ask('customer'))).toEqual([
      takenBack('customer', 0),
    ]);
  });

  it('owes back what earlier refunds have left, the failed ones not counted', () => {
    const order = given(
      ...ordered.confirmed,
      refundAsked('a', 30_000),
      refundAsked('b', 20_000),
      refundFailed('b', 20_000),
    );
    expect(cancelOrder(order, ask('staff'))[0]).toEqual(takenBack('staff', 70_000));
  });

  it('of an order that is refunded or not there is refused', () => {
    const whole = given(...ordered.confirmed, refundAsked('a', 100_000), refundDone('a', 100_000));
    expect(() => cancelOrder(whole, ask('staff'))).toThrow(expect.objectContaining({ code: 'CANNOT_CANCEL' }));
    expect(() => cancelOrder(given(), ask('customer'))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('says so in the language of the order', () => {
    const placed = { ...facts.placed, data: { ...facts.placed.data, locale: 'vi' as const } };
    const [cancelled] = cancelOrder(given(placed, facts.confirmed), ask('customer'));
    expect(cancelled).toMatchObject({ data: { message: 'Đơn hàng đã được hủy theo yêu cầu của bạn.' } });
  });
});

describe('Closing an order that the checkout gave up', () => {
  it('tells why', () => {
    expect(closeOrder(given(facts.placed), 'OUT_OF_STOCK')).toEqual([
      {
        type: 'OrderCancelled',
        data: expect.objectContaining({ code: 'OUT_OF_STOCK', by: 'shop', refundDue: vnd(0) }),
      },
    ]);
  });

  it('remembers who did not want it any more', () => {
    expect(closeOrder(given(facts.placed, facts.unwanted), 'CUSTOMER')).toEqual([facts.cancelled]);
  });

  it.each([
    ['nothing', given()],
    ['a confirmed order', given(...ordered.confirmed)],
    ['a closed one', given(facts.placed, facts.cancelled)],
  ])('does nothing to %s', (_, order) => {
    expect(closeOrder(order, 'OVERDUE')).toEqual([]);
  });
});

describe('Closing an order whose money was taken and given back', () => {
  const data = { reversalId: '019ab3c4-0000-7000-8000-0000000000dd', amount: vnd(100_000) };

  it.each(['CUSTOMER', 'STAFF', 'OVERDUE', 'OUT_OF_STOCK', 'PAYMENT_UNRESOLVED', 'PAYMENT_UNAVAILABLE'] as const)(
    'says so, when it is closed for %s',
    (code) => {
      const told = closeOrder(given(...ordered.pending), code, data);
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
      (code) => (closeOrder(given(...ordered.pending), code)[0].data as { message: string }).message,
    );
    for (const message of messages) expect(message).not.toMatch(/\{money\}|₫/);
  });

  it('counts it once, before or after the end', () => {
    const reversal = { type: 'PaymentReversed', data } as const;
    expect(closeOrder(given(...ordered.pending, reversal), 'CUSTOMER', data)).toMatchObject([
      { type: 'OrderCancelled' },
    ]);
    expect(recordReversal(given(...ordered.pending, facts.cancelled), data)).toEqual([reversal]);
    expect(recordReversal(given(...ordered.pending, facts.cancelled, reversal), data)).toEqual([]);
    expect(recordReversal(given(), data)).toEqual([]);
  });
});
