import type { IEventHandler } from '@nestjs/cqrs';
import { OrderPlaced } from '#contracts/ordering';
import { Hears } from '#platform/messaging';
import { Carts } from '../model/carts.store';
import { takeOrdered, takeRest } from './take-ordered';

@Hears(OrderPlaced)
export class EmptyWhenOrdered implements IEventHandler<OrderPlaced> {
  static readonly handler = 'empty-cart';

  constructor(private readonly carts: Carts) {}

  async handle({ body: { cartId, cartVersion, items } }: OrderPlaced): Promise<void> {
    if (await this.carts.changeAtOnce(cartId, (cart) => takeOrdered(cart, cartVersion, items).cart)) return;
    const { cart, mergedInto } = await this.carts.lockWithMerged(cartId);
    if (!cart) return;
    const taken = takeOrdered(cart, cartVersion, items);
    if (taken.cart === cart) return;
    await this.carts.save(cart, taken.cart);
    if (!mergedInto || taken.rest.length === 0) return;
    const left = takeRest(mergedInto, taken.rest);
    if (left !== mergedInto) await this.carts.save(mergedInto, left);
  }
}
