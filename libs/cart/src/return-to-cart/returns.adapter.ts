import { Injectable } from '@nestjs/common';
import type { ReturnedOrder } from '#contracts/cart';
import { removeOrderedFromTarget, removeOrdered } from '../empty-when-ordered/remove-ordered';
import type { Cart } from '../model/cart';
import { Carts } from '../model/carts.store';
import { returnLines } from './return-to-cart';

/** Puts the lines of failed orders back, once for each order. */
@Injectable()
export class ReturnedLines {
  constructor(private readonly carts: Carts) {}

  returnLines(order: ReturnedOrder): Promise<void> {
    return this.carts.withOneRetry(async () => {
      if (await this.carts.recordReturn(order.orderId)) await this.refill(order);
    });
  }

  private async refill({ orderId, cartId, cartVersion, lines }: ReturnedOrder): Promise<void> {
    const { cart, targets } = await this.carts.lockWithTargets(cartId);
    if (!cart) return; // the guest's cart was deleted, because it was not used for 30 days
    const placed = { orderId, cartVersion, items: lines };
    const cartWithoutOrder = removeOrdered(cart, placed);
    // The lines go to the user of the first log-in after the order, because later log-ins moved only newer lines.
    const owner = (await this.carts.findTakeoverCart(cart.id, cartVersion)) ?? cartWithoutOrder.mergedInto ?? cart.id;
    // Perhaps the cart has not handled OrderPlaced yet. So the order's lines are removed first, and then returned.
    const withReturnedLines = (original: Cart, withoutOrder: Cart) =>
      original.id === owner && !original.closed ? returnLines(withoutOrder, orderId, lines) : withoutOrder;
    const cartAfter = withReturnedLines(cart, cartWithoutOrder);
    if (cartAfter !== cart) await this.carts.save(cart, cartAfter);
    for (const target of targets) {
      const targetAfter = withReturnedLines(target, removeOrderedFromTarget(target, placed));
      if (targetAfter !== target) await this.carts.saveTarget(cart.id, target, targetAfter);
    }
  }
}
