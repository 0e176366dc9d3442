import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '#kernel';
import type { CartOwner, CartToOrder } from '#contracts/cart';
import { Database, statement } from '#database';
import { CartAlreadyOrdered } from './cart-already-ordered';
import { orderedPortionsOf, type PlacedPortion } from './ordered-portions';

const FIND_PLACED_PORTIONS = statement(
  'orders-portions-placed',
  `select portion_id as id, quantity, order_id as "orderId" from placed_portions where portion_id = any($1::uuid[])`,
);
const MAX_WAIT_MS = 2_000;
const PAUSE_MS = 20;

/**
 * A cart removes its ordered lines when it gets the message OrderPlaced, a moment after the order. This class waits
 * until the lines are removed.
 */
@Injectable()
export class OrderedCarts {
  constructor(private readonly db: Database) {}

  /**
   * Returns the cart as soon as it has no portion that was ordered before, so that a fast second request orders nothing
   * twice. Throws CartAlreadyOrdered if every portion in the cart was ordered before, and UNAVAILABLE after 2 s. If two
   * orders are placed at the same moment, the append refuses the second order.
   */
  async readWithoutOrderedLines(
    readCart: () => Promise<CartToOrder | undefined>,
    owner: CartOwner,
  ): Promise<CartToOrder | undefined> {
    for (const end = performance.now() + MAX_WAIT_MS; ; await pause(PAUSE_MS)) {
      const cart = await readCart();
      if (!cart || cart.lines.length === 0 || isFirstVersion(cart, owner)) return cart;
      const ordered = await this.findOrderedPortions(cart);
      if (ordered === 'nothing') return cart;
      if (typeof ordered === 'object') throw new CartAlreadyOrdered(cart.cartId, cart.version, ordered.allOf);
      if (performance.now() > end)
        throw new DomainError(
          'UNAVAILABLE',
          'unavailable',
          'Your cart still contains your last order. Try again in a moment.',
        );
    }
  }

  private async findOrderedPortions({ lines }: CartToOrder) {
    const portions = lines.flatMap((line) => line.portions ?? []);
    const ids = portions.map(({ id }) => id);
    return orderedPortionsOf(portions, await this.db.query<PlacedPortion>(FIND_PLACED_PORTIONS, [ids]));
  }
}

/**
 * True for a guest's cart at its first version. Then no query is needed. If this cart was ordered before, it had the
 * same version, and the append refuses a second order of a version.
 */
const isFirstVersion = ({ version }: CartToOrder, { kind }: CartOwner): boolean => kind === 'guest' && version === 1;
