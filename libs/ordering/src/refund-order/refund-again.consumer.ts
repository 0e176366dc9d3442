import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf } from '../model/commands-by-message';
import { Orders } from '../model/orders.store';
import { refundAgain } from './refund-order';
import { RefundAgain } from './refunds-messages';

@CommandHandler(RefundAgain)
export class WantRefundAgain implements ICommandHandler<RefundAgain> {
  static readonly handler = 'refund-again';
  static readonly lane = 'order';

  constructor(private readonly orders: Orders) {}

  /** The stream decides how much: what the process knew of it when it asked may be old. */
  async execute({ body: { orderId, reason, idempotencyKey } }: RefundAgain): Promise<void> {
    await this.orders.change(commandOf(orderId, idempotencyKey), (order) => refundAgain(order, reason));
  }
}
