import { EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { InboxCommandHandler } from '#messaging';
import { Sagas } from '#messaging/sagas';
import { ReviewOrder } from '../checkout/checkout-messages';
import { EventBroken } from '../model/order-errors';
import { Orders } from '../model/orders.store';
import type { DatedOrder } from '../model/dated-order';
import { newCompareCheckout, newCompareRefunds } from './review-order';

/** Sends the state of the order, according to its stream, to the order's sagas. A repeat does no harm. */
@InboxCommandHandler(ReviewOrder, { name: 'review-order', lane: 'order' })
export class ReviewWhenAsked implements ICommandHandler<ReviewOrder> {
  constructor(
    private readonly orders: Orders,
    private readonly sagas: Sagas,
    private readonly eventBus: EventBus,
  ) {}

  async execute({ body: { orderId } }: ReviewOrder): Promise<void> {
    const view = await this.viewIfReadable(orderId);
    if (!view) return;
    if (await this.sagas.view('checkout', orderId)) this.eventBus.publish(newCompareCheckout(view));
    if (await this.sagas.view('refunds', orderId)) this.eventBus.publish(newCompareRefunds(view));
  }

  /** Undefined if another event is broken too. The sagas are compared when that event is declared void. */
  private async viewIfReadable(orderId: string): Promise<DatedOrder | undefined> {
    try {
      return await this.orders.view(orderId);
    } catch (error) {
      if (error instanceof EventBroken) return undefined;
      throw error;
    }
  }
}
