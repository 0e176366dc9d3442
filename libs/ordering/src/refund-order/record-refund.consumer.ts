import { InboxCommandHandler } from '#messaging';
import { type ICommandHandler } from '@nestjs/cqrs';
import { commandOf } from '../model/commands-by-message';
import { Orders } from '../model/orders.store';
import { recordRefund, recordRefundFailure } from './refund-order';
import { RecordRefund, RecordRefundFailure } from './refunds-messages';

@InboxCommandHandler(RecordRefund, { name: 'record-refund', lane: 'order' })
export class RecordWhenRefunded implements ICommandHandler<RecordRefund> {
  constructor(private readonly orders: Orders) {}

  async execute({ body: { orderId, refundId, amount, idempotencyKey } }: RecordRefund): Promise<void> {
    await this.orders.change(commandOf(orderId, idempotencyKey), (order) => recordRefund(order, refundId, amount));
  }
}

@InboxCommandHandler(RecordRefundFailure, { name: 'record-refund-failure', lane: 'order' })
export class RecordWhenRefundFailed implements ICommandHandler<RecordRefundFailure> {
  constructor(private readonly orders: Orders) {}

  async execute({ body: { orderId, refundId, reason, amount, idempotencyKey } }: RecordRefundFailure): Promise<void> {
    await this.orders.change(commandOf(orderId, idempotencyKey), (order) =>
      recordRefundFailure(order, refundId, reason, amount),
    );
  }
}
