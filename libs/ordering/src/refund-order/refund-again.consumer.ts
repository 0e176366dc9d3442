import { InboxCommandHandler } from '#messaging';
import { type ICommandHandler } from '@nestjs/cqrs';
import { commandOf } from '../model/commands-by-message';
import { Orders } from '../model/orders.store';
import { refundAgain } from './refund-order';
import { RefundAgain } from './refunds-messages';

@InboxCommandHandler(RefundAgain, { name: 'refund-again', lane: 'order' })
export class WantRefundAgain implements ICommandHandler<RefundAgain> {
  constructor(private readonly orders: Orders) {}

  /** The stream decides the amount, because what the saga knew when it asked may be outdated. */
  async execute({ body: { orderId, reason, idempotencyKey } }: RefundAgain): Promise<void> {
    // The request is carried out once and never again. For what is owed afterwards, there is a new request.
    const change = { ...commandOf(orderId, idempotencyKey), isRequest: false };
    await this.orders.change(change, (order) => refundAgain(order, reason));
  }
}
