import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ConfirmOrder } from '../checkout/checkout-messages';
import { commandOf } from '../model/commands-by-message';
import { Orders } from '../model/orders.store';
import { confirmOrder } from './confirm-order';

@CommandHandler(ConfirmOrder)
export class ConfirmWhenCheckedOut implements ICommandHandler<ConfirmOrder> {
  static readonly handler = 'confirm-order';
  static readonly lane = 'order';

  constructor(private readonly orders: Orders) {}

  async execute({ body: { orderId, payment, idempotencyKey } }: ConfirmOrder): Promise<void> {
    await this.orders.change(commandOf(orderId, idempotencyKey), (order) => confirmOrder(order, payment));
  }
}
