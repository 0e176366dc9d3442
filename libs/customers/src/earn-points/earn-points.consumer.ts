import { PointsEarned } from '#contracts/customers';
import { OrderConfirmed } from '#contracts/ordering';
import { Announcements, Hears } from '#platform/messaging';
import { pointsFor } from '../model/points';
import { Points } from '../model/points.store';

@Hears(OrderConfirmed)
export class EarnWhenConfirmed {
  static readonly handler = 'earn-points';
  static readonly lane = 'points';

  constructor(
    private readonly points: Points,
    private readonly announcements: Announcements,
  ) {}

  async handle({ body: { orderId, recipient, total } }: OrderConfirmed): Promise<void> {
    const { customerId } = recipient;
    if (!customerId) return; // guests collect nothing
    const points = pointsFor(total);
    const balance = await this.points.earn(orderId, customerId, total.amount, points);
    if (balance === undefined || points === 0) return;
    await this.announcements.publish(new PointsEarned({ orderId, customerId, points, balance }));
  }
}
