import { InboxCommandHandler } from '#messaging';
import { type ICommandHandler } from '@nestjs/cqrs';
import { commandOf } from '../model/commands-by-message';
import { Orders } from '../model/orders.store';
import { refundAgain } from './refund-order';
import { compareAfterDrop } from '../sagas/after-drop';
import { RefundAgain } from './refunds-messages';

@InboxCommandHandler(RefundAgain, { name: 'refund-again', lane: 'order', afterDrop: compareAfterDrop })
export class RequestRefundAgain implements ICommandHandler<RefundAgain> {
  constructor(private readonly orders: Orders) {}

  /** The stream decides the amount, because the amount that the saga knew may be outdated. */
  async execute({ body: { orderId, reason, idempotencyKey } }: RefundAgain): Promise<void> {
    // This request appends once only, even if its event is declared void later. Money that is owed then gets a new
    // request.
    const change = { ...commandOf(orderId, idempotencyKey), isRequest: false };
    await this.orders.change(change, (order) => refundAgain(order, reason));
  }
}
