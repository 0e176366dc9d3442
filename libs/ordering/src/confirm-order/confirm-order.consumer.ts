import { InboxCommandHandler } from '#messaging';
import { type ICommandHandler } from '@nestjs/cqrs';
import { ConfirmOrder } from '../checkout/checkout-messages';
import { commandOf } from '../model/commands-by-message';
import { Orders } from '../model/orders.store';
import { confirmOrder } from './confirm-order';

@InboxCommandHandler(ConfirmOrder, { name: 'confirm-order', lane: 'order' })
export class ConfirmWhenCheckedOut implements ICommandHandler<ConfirmOrder> {
  constructor(private readonly orders: Orders) {}

  async execute({ body: { orderId, payment, idempotencyKey } }: ConfirmOrder): Promise<void> {
    await this.orders.change(commandOf(orderId, idempotencyKey), (order) => confirmOrder(order, payment));
  }
}
