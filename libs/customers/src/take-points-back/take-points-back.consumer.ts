import { PointsTakenBack } from '#contracts/customers';
import { OrderCancelled, OrderRefunded } from '#contracts/ordering';
import { Announcements, Hears } from '#platform/messaging';
import { pointsToTakeBack } from '../model/points';
import { Points } from '../model/points.store';

/** What is cancelled earns nothing; what is given back takes its share of the points along. */
@Hears(OrderCancelled, OrderRefunded)
export class TakeBackWhenUndone {
  static readonly handler = 'take-points-back';
  static readonly lane = 'points';

  constructor(
    private readonly points: Points,
    private readonly announcements: Announcements,
  ) {}

  async handle(message: OrderCancelled | OrderRefunded): Promise<void> {
    const { orderId, total } = message.body;
    const order = await this.points.lockOrder(orderId);
    if (!order) return; // it never earned any
    const [refunded, reason] =
      message instanceof OrderRefunded
        ? [message.body.refundedTotal.amount, 'order-refunded' as const]
        : [total.amount, 'order-cancelled' as const];
    const points = pointsToTakeBack(order, refunded);
    const balance = await this.points.takeBack(orderId, points, refunded, reason);
    if (points === 0) return;
    await this.announcements.publish(new PointsTakenBack({ orderId, customerId: order.customer_id, points, balance }));
  }
}
