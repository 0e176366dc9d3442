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

  /** The amount comes from the stream, because perhaps the amount that the saga knew is outdated. */
  async execute({ body: { orderId, reason, idempotencyKey } }: RefundAgain): Promise<void> {
    // This request appends only once, even if its event is declared void later. If money is then owed, another request
    // is sent for it.
    const change = { ...commandOf(orderId, idempotencyKey), isRequest: false };
    await this.orders.change(change, (order) => refundAgain(order, reason));
  }
}
