import { OrderCancelled, OrderConfirmed, OrderRefunded, OrderStatusUpdated } from '#contracts/ordering';
import { InboxEventsHandler } from '#messaging';
import { PointsOfOrders } from './points-of-orders.store';

const ofCustomer = '$.recipient.customerId ? (@ != null)';

/** Adds points when an order is paid: a card order when it is confirmed, a cash order when it is completed. */
@InboxEventsHandler([OrderConfirmed, OrderStatusUpdated], {
  name: 'earn-points',
  lane: 'points',
  onlyIf: {
    [OrderConfirmed.type]: ofCustomer,
    [OrderStatusUpdated.type]: '$ ? (@.status == "completed" && @.recipient.customerId != null)',
  },
})
export class EarnWhenPaid {
  constructor(private readonly points: PointsOfOrders) {}

  handle(message: OrderConfirmed | OrderStatusUpdated): Promise<void> {
    return this.points.adjust(message);
  }
}

/** Takes points back when money is refunded or an order is cancelled. */
@InboxEventsHandler([OrderCancelled, OrderRefunded], {
  name: 'take-points-back',
  lane: 'points',
  onlyIf: { [OrderCancelled.type]: ofCustomer, [OrderRefunded.type]: ofCustomer },
})
export class TakeBackWhenUndone {
  constructor(private readonly points: PointsOfOrders) {}

  handle(message: OrderCancelled | OrderRefunded): Promise<void> {
    return this.points.adjust(message);
  }
}
