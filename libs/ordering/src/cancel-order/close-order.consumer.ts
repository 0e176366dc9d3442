import { InboxCommandHandler } from '#messaging';
import { Logger } from '@nestjs/common';
import { type ICommandHandler } from '@nestjs/cqrs';
import { crashPoint } from '#crash-points';
import type { Uuid } from '#kernel';
import { CartOf } from '#contracts/cart';
import { CloseOrder, ReviewOrder } from '../checkout/checkout-messages';
import { Orders } from '../model/orders.store';
import { returnedOrder } from '../model/returned-order';
import { paymentIdOf } from '../reverse-payment/reverse-payment';
import { OwnRequests } from '../sagas/own-requests.adapter';
import { compareAfterDrop } from '../sagas/after-drop';
import { closeOrder } from './cancel-order';

@InboxCommandHandler(CloseOrder, { name: 'close-order', lane: 'order', afterDrop: compareAfterDrop })
export class CloseWhenGivenBack implements ICommandHandler<CloseOrder> {
  private readonly log = new Logger(CloseWhenGivenBack.name);

  constructor(
    private readonly orders: Orders,
    private readonly carts: CartOf,
    private readonly requests: OwnRequests,
  ) {}

  async execute({ body }: CloseOrder): Promise<void> {
    const { orderId, code, reversed: amount } = body;
    await this.returnLines(orderId);
    const reversed = amount && { reversalId: paymentIdOf(orderId), amount };
    await this.requests.carryOut(
      body,
      (order) => closeOrder(order, code, reversed),
      () => new ReviewOrder({ orderId }), // perhaps the checkout has lost the message that the order is closed
    );
  }

  /**
   * The cart takes the lines back before the order is closed, so that a customer who sees the cancellation finds the
   * lines in the cart. If the cart does not answer, the order is closed anyway. The cart then takes the lines back when
   * it gets the message OrderCancelled.
   */
  private async returnLines(orderId: Uuid): Promise<void> {
    const { order } = await this.orders.view(orderId);
    if (order.status !== 'pending' || order.cancellationRequested) return;
    try {
      await this.carts.returnLines(returnedOrder(orderId, order.placed));
      crashPoint('close-order.cart-refilled');
    } catch (error) {
      this.log.warn({
        message: `the cart did not take back the lines of order ${orderId}; OrderCancelled requests it again`,
        error,
      });
    }
  }
}
