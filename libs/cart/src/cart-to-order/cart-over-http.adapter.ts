import { Injectable } from '@nestjs/common';
import { CartOf, type CartOwner, type CartToOrder, type ReturnedOrder } from '#contracts/cart';
import { Config } from '#platform/config';
import { Provider } from '#platform/questions';

/** The cart of another process. Asking twice is harmless: a guest's cart is merged once. */
@Injectable()
export class CartOverHttp extends CartOf {
  private readonly cart: Provider;

  constructor({ cartUrl, internalSecret }: Config) {
    super();
    if (!cartUrl) throw new Error('CART_URL is missing: it says where carts are asked for');
    this.cart = new Provider('cart', cartUrl, internalSecret);
  }

  async owner(owner: CartOwner): Promise<CartToOrder | undefined> {
    return (await this.cart.ask<CartToOrder | null>('cart-of', owner)) ?? undefined;
  }

  async takeBack(order: ReturnedOrder): Promise<void> {
    await this.cart.ask<null>('cart-of/returns', order);
  }
}
