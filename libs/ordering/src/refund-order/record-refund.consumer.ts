import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf } from '../model/commands-by-message';
import { Orders } from '../model/orders.store';
import { recordRefund, recordRefundFailure } from './refund-order';
import { RecordRefund, RecordRefundFailure } from './refunds-messages';

@CommandHandler(RecordRefund)
export class RecordWhenRefunded implements ICommandHandler<RecordRefund> {
  static readonly handler = 'record-refund';
  static readonly lane = 'order';

  constructor(private readonly orders: Orders) {}

  async execute({ body: { orderId, refundId, idempotencyKey } }: RecordRefund): Promise<void> {
    await this.orders.change(commandOf(orderId, idempotencyKey), (order) => recordRefund(order, refundId));
  }
}

@CommandHandler(RecordRefundFailure)
export class RecordWhenRefundFailed implements ICommandHandler<RecordRefundFailure> {
  static readonly handler = 'record-refund-failure';
  static readonly lane = 'order';

  constructor(private readonly orders: Orders) {}

  async execute({ body: { orderId, refundId, reason, idempotencyKey } }: RecordRefundFailure): Promise<void> {
    await this.orders.change(commandOf(orderId, idempotencyKey), (order) =>
      recordRefundFailure(order, refundId, reason),
    );
  }
}
