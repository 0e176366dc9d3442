import type { IEventHandler } from '@nestjs/cqrs';
import { OrderPlaced } from '#contracts/ordering';
import { InboxEventsHandler } from '#messaging';
import { Carts } from '../model/carts.store';
import { removeOrderedFromTarget, removeOrdered } from './remove-ordered';

@InboxEventsHandler([OrderPlaced], { name: 'empty-cart' })
export class EmptyWhenOrdered implements IEventHandler<OrderPlaced> {
  constructor(private readonly carts: Carts) {}

  async handle({ body: order }: OrderPlaced): Promise<void> {
    if (await this.carts.changeWithoutLock(order.cartId, (cart) => removeOrdered(cart, order))) return;
    const { cart, targets } = await this.carts.lockWithTargets(order.cartId);
    if (!cart) return;
    const cartAfter = removeOrdered(cart, order);
    if (cartAfter !== cart) await this.carts.save(cart, cartAfter);
    for (const target of targets) {
      const targetAfter = removeOrderedFromTarget(target, order);
      if (targetAfter !== target) await this.carts.save(target, targetAfter);
    }
  }
}
