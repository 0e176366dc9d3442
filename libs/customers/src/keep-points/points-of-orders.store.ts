import { EventBus } from '@nestjs/cqrs';
import { Injectable } from '@nestjs/common';
import { PointsEarned, PointsTakenBack } from '#contracts/customers';
import { changeOfPoints } from '../model/points';
import { Points } from '../model/points.store';
import { newsOf, type Told } from './money-news';

/** Adjusts an order's points to the money that the shop keeps, and publishes the change. */
@Injectable()
export class PointsOfOrders {
  constructor(
    private readonly points: Points,
    private readonly eventBus: EventBus,
  ) {}

  async hear(message: Told): Promise<void> {
    const { orderId, recipient } = message.body;
    const heard = newsOf(message);
    if (!heard || !recipient.customerId) return; // guests have no points
    const { customerId, ...before } = await this.points.hold(orderId, recipient.customerId, heard.total);
    const { change, order } = changeOfPoints(before, heard.news);
    const balance = await this.points.keep(orderId, order, change, heard.reason);
    const about = { orderId, customerId, points: Math.abs(change), balance };
    if (change !== 0) this.eventBus.publish(change > 0 ? new PointsEarned(about) : new PointsTakenBack(about));
  }
}
