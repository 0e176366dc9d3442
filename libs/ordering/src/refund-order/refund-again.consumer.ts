import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { derivedId } from '#kernel';
import { commandOf } from '../model/commands-by-message';
import { Orders } from '../model/orders.store';
import { refundAgain } from './refund-order';
import { RefundAgain } from './refunds-messages';

@CommandHandler(RefundAgain)
export class WantRefundAgain implements ICommandHandler<RefundAgain> {
  static readonly handler = 'refund-again';
  static readonly lane = 'order';

  constructor(private readonly orders: Orders) {}

  async execute({ body: { orderId, refundId, amount, reason, idempotencyKey } }: RefundAgain): Promise<void> {
    const wish = { refundId: derivedId(refundId, 'again'), amount, reason };
    await this.orders.change(commandOf(orderId, idempotencyKey), (order) => refundAgain(order, wish));
  }
}
