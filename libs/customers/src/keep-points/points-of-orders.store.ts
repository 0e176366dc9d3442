import { EventBus } from '@nestjs/cqrs';
import { Injectable } from '@nestjs/common';
import { PointsEarned, PointsTakenBack } from '#contracts/customers';
import { pointsChange } from '../model/points';
import { Points } from '../model/points.store';
import { moneyReportOf, type MoneyMessage } from './money-report';

/** Makes the points of an order match the money that the shop keeps, and publishes the change. */
@Injectable()
export class PointsOfOrders {
  constructor(
    private readonly points: Points,
    private readonly eventBus: EventBus,
  ) {}

  async adjust(message: MoneyMessage): Promise<void> {
    const { orderId, recipient } = message.body;
    const report = moneyReportOf(message);
    if (!report || !recipient.customerId) return; // guests have no points
    const { customerId, ...before } = await this.points.lockOrder(orderId, recipient.customerId, report.total);
    const { change, order } = pointsChange(before, report.totals);
    const balance = await this.points.saveChange(orderId, order, change, report.reason);
    const body = { orderId, customerId, points: Math.abs(change), balance };
    if (change !== 0) this.eventBus.publish(change > 0 ? new PointsEarned(body) : new PointsTakenBack(body));
  }
}
