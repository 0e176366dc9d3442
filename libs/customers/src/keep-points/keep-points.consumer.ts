import { OrderCancelled, OrderConfirmed, OrderRefunded, OrderStatusUpdated } from '#contracts/ordering';
import { InboxEventsHandler } from '#messaging';
import { PointsOfOrders } from './points-of-orders.store';

/** Adds points when the money is paid: by card when the order is confirmed, in cash when it is completed. */
@InboxEventsHandler([OrderConfirmed, OrderStatusUpdated], { name: 'earn-points', lane: 'points' })
export class EarnWhenPaid {
  constructor(private readonly points: PointsOfOrders) {}

  handle(message: OrderConfirmed | OrderStatusUpdated): Promise<void> {
    return this.points.adjust(message);
  }
}

/** Takes points back when money is refunded or an order is cancelled. */
@InboxEventsHandler([OrderCancelled, OrderRefunded], { name: 'take-points-back', lane: 'points' })
export class TakeBackWhenUndone {
  constructor(private readonly points: PointsOfOrders) {}

  handle(message: OrderCancelled | OrderRefunded): Promise<void> {
    return this.points.adjust(message);
  }
}
