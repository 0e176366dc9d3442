import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CloseOrder } from '../checkout/checkout-messages';
import { commandOf } from '../model/commands-by-message';
import { Orders } from '../model/orders.store';
import { closeOrder } from './cancel-order';

@CommandHandler(CloseOrder)
export class CloseWhenWoundBack implements ICommandHandler<CloseOrder> {
  static readonly handler = 'close-order';
  static readonly lane = 'order';

  constructor(private readonly orders: Orders) {}

  async execute({ body: { orderId, code, idempotencyKey } }: CloseOrder): Promise<void> {
    await this.orders.change(commandOf(orderId, idempotencyKey), (order) => closeOrder(order, code));
  }
}
