import { Injectable } from '@nestjs/common';
import { CartOf, type CartOwner, type CartToOrder, type ReturnedOrder } from '#contracts/cart';
import { Config } from '#platform/config';
import { RemoteContext } from '#platform/questions';

/** Asks another process for the cart. A repeated question is harmless: a guest's cart is merged only once. */
@Injectable()
export class CartOverHttp extends CartOf {
  private readonly cart: RemoteContext;

  constructor({ cartUrl, internalSecret }: Config) {
    super();
    if (!cartUrl) throw new Error('CART_URL is missing: it must be the URL of the process that serves carts');
    this.cart = new RemoteContext('cart', cartUrl, internalSecret);
  }

  async find(owner: CartOwner): Promise<CartToOrder | undefined> {
    return (await this.cart.ask<CartToOrder | null>('cart-of', owner)) ?? undefined;
  }

  async returnLines(order: ReturnedOrder): Promise<void> {
    await this.cart.ask<null>('cart-of/returns', order);
  }
}
