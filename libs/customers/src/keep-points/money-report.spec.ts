import { vnd } from '#kernel';
import { OrderCancelled, OrderConfirmed, OrderRefunded, OrderStatusUpdated } from '#contracts/ordering';
import { moneyReportOf, type MoneyMessage } from './money-report';

const total = vnd(100_000);
const reportOf = (type: new (body: never) => MoneyMessage, body: object) =>
  moneyReportOf(new type({ orderId: 'o1', total, ...body } as never));

describe('In the messages about an order’s money,', () => {
  it('a card payment is paid when the order is confirmed', () => {
    const report = { total: 100_000, totals: { paid: 100_000 }, reason: 'order-confirmed' };
    expect(reportOf(OrderConfirmed, { method: 'card', paid: total })).toEqual(report);
    expect(reportOf(OrderConfirmed, { method: 'card' })).toEqual(report); // an older message without `paid`
  });

  it('cash is paid when the order is completed, and not before', () => {
    expect(reportOf(OrderConfirmed, { method: 'cash', paid: vnd(0) })).toMatchObject({ totals: { paid: 0 } });
    expect(reportOf(OrderConfirmed, { method: 'cash' })).toMatchObject({ totals: { paid: 0 } });
    expect(reportOf(OrderStatusUpdated, { status: 'ready', paid: vnd(0) })).toBeUndefined();
    expect(reportOf(OrderStatusUpdated, { status: 'completed', paid: total })).toEqual({
      ...{ total: 100_000, totals: { paid: 100_000 }, reason: 'order-completed' },
    });
    expect(moneyReportOf(new OrderStatusUpdated({ orderId: 'o1', status: 'completed' } as never))).toBeUndefined();
  });

  it('a refund reports all refunds so far, and a cancellation the whole total', () => {
    expect(reportOf(OrderRefunded, { amount: vnd(1), refundedTotal: vnd(30_000) })).toMatchObject({
      totals: { refunded: 30_000 },
    });
    expect(reportOf(OrderCancelled, {})).toMatchObject({ totals: { refunded: 100_000 }, reason: 'order-cancelled' });
  });
});
