import { OrderCancelled, OrderConfirmed, OrderRefunded, OrderStatusUpdated } from '#contracts/ordering';
import { Hears } from '#platform/messaging';
import { PointsOfOrders } from './points-of-orders.store';

/** Points come with the money: a card's when the order is confirmed, cash when it is completed. */
@Hears(OrderConfirmed, OrderStatusUpdated)
export class EarnWhenPaid {
  static readonly handler = 'earn-points';
  static readonly lane = 'points';

  constructor(private readonly points: PointsOfOrders) {}

  handle(message: OrderConfirmed | OrderStatusUpdated): Promise<void> {
    return this.points.hear(message);
  }
}

/** Points go with the money, and with an order that is cancelled. */
@Hears(OrderCancelled, OrderRefunded)
export class TakeBackWhenUndone {
  static readonly handler = 'take-points-back';
  static readonly lane = 'points';

  constructor(private readonly points: PointsOfOrders) {}

  handle(message: OrderCancelled | OrderRefunded): Promise<void> {
    return this.points.hear(message);
  }
}
