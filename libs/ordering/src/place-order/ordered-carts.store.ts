import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '#kernel';
import type { CartToOrder } from '#contracts/cart';
import { Database, statement } from '#platform/database';
import { stillHoldsAnOrder } from './still-holds-an-order';

const LAST = statement(
  'orders-cart-ordered',
  'select max(cart_version) as version from placed_carts where cart_id = $1',
);
const PATIENCE_MS = 2_000;
const PAUSE_MS = 20;

/** Carts hear of their orders by message, a moment later. */
@Injectable()
export class OrderedCarts {
  constructor(private readonly db: Database) {}

  /** The cart once it holds nothing that was ordered before, so that nobody orders a thing twice by being quick. */
  async settled(look: () => Promise<CartToOrder | undefined>): Promise<CartToOrder | undefined> {
    for (const end = performance.now() + PATIENCE_MS; ; await pause(PAUSE_MS)) {
      const cart = await look();
      if (!cart || cart.version === 1 || !stillHoldsAnOrder(cart, await this.last(cart))) return cart;
      if (performance.now() > end)
        throw new DomainError('UNAVAILABLE', 'unavailable', 'The cart has not heard of your last order yet.');
    }
  }

  private async last({ cartId }: CartToOrder): Promise<number | null> {
    const [row] = await this.db.query<{ version: number | null }>(LAST, [cartId]);
    return row?.version ?? null;
  }
}
