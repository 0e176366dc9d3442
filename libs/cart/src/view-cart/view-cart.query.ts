import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { CatalogPrices } from '#contracts/catalog';
import type { Cart } from '../model/cart';
import { Carts } from '../model/carts.store';
import type { Owner } from '../model/owner';
import { viewCart, type CartView } from './cart-view';

/** The owner's cart at current prices. A caller that has just changed the cart passes it as `cart`. */
export class ViewCart extends Query<CartView> {
  constructor(
    readonly owner: Owner,
    readonly locale: 'vi' | 'en',
    readonly cart?: Cart,
  ) {
    super();
  }
}

@QueryHandler(ViewCart)
export class ViewCartHandler implements IQueryHandler<ViewCart> {
  constructor(
    private readonly carts: Carts,
    private readonly prices: CatalogPrices,
  ) {}

  async execute({ owner, locale, cart: given }: ViewCart): Promise<CartView> {
    const cart = given ?? (await this.carts.current(owner));
    return viewCart(cart, cart.lines.length > 0 ? await this.prices.price(cart.lines, locale) : [], locale);
  }
}
