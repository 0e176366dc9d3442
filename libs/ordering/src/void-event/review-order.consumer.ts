import { EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { InboxCommandHandler } from '#messaging';
import { Sagas } from '#messaging/sagas';
import { ReviewOrder } from '../checkout/checkout-messages';
import { EventBroken, OrderNotFound } from '../model/order-errors';
import { Orders } from '../model/orders.store';
import type { DatedOrder } from '../model/dated-order';
import type { Checkout } from '../checkout/checkout-steps';
import type { Refunds } from '../refund-order/refunds-steps';
import { comparisonsOf } from './review-order';

/** Sends the state of the order, according to its stream, to the order's sagas. A repeat does no harm. */
@InboxCommandHandler(ReviewOrder, { name: 'review-order', lane: 'order' })
export class ReviewWhenAsked implements ICommandHandler<ReviewOrder> {
  constructor(
    private readonly orders: Orders,
    private readonly sagas: Sagas,
    private readonly eventBus: EventBus,
  ) {}

  async execute({ body: { orderId, ...asked } }: ReviewOrder): Promise<void> {
    const [checkout, refunds] = [await this.sagas.view('checkout', orderId), await this.sagas.view('refunds', orderId)];
    const view = await this.viewIfReadable(orderId); // read after the sagas, so that the view is not older
    if (!view) return;
    const states = { checkout: checkout?.state as Checkout, refunds: refunds?.state as Refunds };
    this.eventBus.publishAll(Object.values(comparisonsOf(view, states, asked)));
  }

  /**
   * Undefined if an event of the order is broken: the sagas are compared when that event is declared void. Also
   * undefined if the order does not exist, because the key of a dropped message can be any id.
   */
  private async viewIfReadable(orderId: string): Promise<DatedOrder | undefined> {
    try {
      return await this.orders.view(orderId);
    } catch (error) {
      if (error instanceof EventBroken || error instanceof OrderNotFound) return undefined;
      throw error;
    }
  }
}
