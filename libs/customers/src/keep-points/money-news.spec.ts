import { vnd } from '#kernel';
import { OrderCancelled, OrderConfirmed, OrderRefunded, OrderStatusUpdated } from '#contracts/ordering';
import { newsOf, type Told } from './money-news';

const total = vnd(100_000);
const tell = (type: new (body: never) => Told, body: object) =>
  newsOf(new type({ orderId: 'o1', total, ...body } as never));

describe('What a message says of an order’s money', () => {
  it('a card’s is in when the order is confirmed', () => {
    const news = { total: 100_000, news: { paid: 100_000 }, reason: 'order-confirmed' };
    expect(tell(OrderConfirmed, { method: 'card', paid: total })).toEqual(news);
    expect(tell(OrderConfirmed, { method: 'card' })).toEqual(news); // as it was told once
  });

  it('cash is in when the order is completed, not before', () => {
    expect(tell(OrderConfirmed, { method: 'cash', paid: vnd(0) })).toMatchObject({ news: { paid: 0 } });
    expect(tell(OrderConfirmed, { method: 'cash' })).toMatchObject({ news: { paid: 0 } });
    expect(tell(OrderStatusUpdated, { status: 'ready', paid: vnd(0) })).toBeUndefined();
    expect(tell(OrderStatusUpdated, { status: 'completed', paid: total })).toEqual({
      ...{ total: 100_000, news: { paid: 100_000 }, reason: 'order-completed' },
    });
    expect(newsOf(new OrderStatusUpdated({ orderId: 'o1', status: 'completed' } as never))).toBeUndefined();
  });

  it('all that was given back so far, and all of what is cancelled', () => {
    expect(tell(OrderRefunded, { amount: vnd(1), refundedTotal: vnd(30_000) })).toMatchObject({
      news: { refunded: 30_000 },
    });
    expect(tell(OrderCancelled, {})).toMatchObject({ news: { refunded: 100_000 }, reason: 'order-cancelled' });
  });
});
