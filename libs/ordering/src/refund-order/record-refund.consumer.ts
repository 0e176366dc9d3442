import { InboxCommandHandler } from '#messaging';
import { type ICommandHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import { ReviewOrder } from '../checkout/checkout-messages';
import type { DatedOrder } from '../model/dated-order';
import { OwnRequests } from '../sagas/own-requests.adapter';
import { isResultRecorded, recordRefund, recordRefundFailure } from './refund-order';
import { compareAfterDrop } from '../sagas/after-drop';
import { RecordRefund, RecordRefundFailure } from './refunds-messages';

/**
 * The answer to a repeated request. If the result is recorded already, perhaps the saga has lost the message about it.
 * ReviewOrder then compares the saga with the order.
 */
const resultAgain = (refundId: Uuid) => (view: DatedOrder) =>
  isResultRecorded(view.order, refundId) ? new ReviewOrder({ orderId: view.id }) : undefined;

@InboxCommandHandler(RecordRefund, { name: 'record-refund', lane: 'order', afterDrop: compareAfterDrop })
export class RecordWhenRefunded implements ICommandHandler<RecordRefund> {
  constructor(private readonly requests: OwnRequests) {}

  async execute({ body }: RecordRefund): Promise<void> {
    const { refundId, amount } = body;
    await this.requests.carryOut(body, (order) => recordRefund(order, refundId, amount), resultAgain(refundId));
  }
}

@InboxCommandHandler(RecordRefundFailure, { name: 'record-refund-failure', lane: 'order', afterDrop: compareAfterDrop })
export class RecordWhenRefundFailed implements ICommandHandler<RecordRefundFailure> {
  constructor(private readonly requests: OwnRequests) {}

  async execute({ body }: RecordRefundFailure): Promise<void> {
    const { refundId, reason, amount } = body;
    await this.requests.carryOut(
      body,
      (order) => recordRefundFailure(order, refundId, reason, amount),
      resultAgain(refundId),
    );
  }
}
