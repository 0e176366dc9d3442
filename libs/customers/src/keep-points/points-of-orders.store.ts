import { Injectable } from '@nestjs/common';
import { PointsEarned, PointsTakenBack } from '#contracts/customers';
import { Announcements } from '#platform/messaging';
import { changeOfPoints } from '../model/points';
import { Points } from '../model/points.store';
import { newsOf, type Told } from './money-news';

/** Keeps an order's points to what is kept of its money, and tells what that changed. */
@Injectable()
export class PointsOfOrders {
  constructor(
    private readonly points: Points,
    private readonly announcements: Announcements,
  ) {}

  async hear(message: Told): Promise<void> {
    const { orderId, recipient } = message.body;
    const heard = newsOf(message);
    if (!heard || !recipient.customerId) return; // guests collect nothing
    const { customerId, ...before } = await this.points.hold(orderId, recipient.customerId, heard.total);
    const { change, order } = changeOfPoints(before, heard.news);
    const balance = await this.points.keep(orderId, order, change, heard.reason);
    const about = { orderId, customerId, points: Math.abs(change), balance };
    if (change !== 0)
      await this.announcements.publish(change > 0 ? new PointsEarned(about) : new PointsTakenBack(about));
  }
}
