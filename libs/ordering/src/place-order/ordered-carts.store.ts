import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '#kernel';
import type { CartOwner, CartToOrder } from '#contracts/cart';
import { Database, statement } from '#database';
import { CartAlreadyOrdered } from './cart-already-ordered';
import { stillHolds, type PlacedPortion } from './still-holds-an-order';

const PLACED = statement(
  'orders-portions-placed',
  `select portion_id as id, quantity, order_id as "orderId" from placed_portions where portion_id = any($1::uuid[])`,
);
const PATIENCE_MS = 2_000;
const PAUSE_MS = 20;

/** A cart learns of its order by a message, a moment later. This waits for it. */
@Injectable()
export class OrderedCarts {
  constructor(private readonly db: Database) {}

  /**
   * Returns the cart when it holds nothing that was ordered before, so that a quick second request orders nothing
   * twice. Throws CartAlreadyOrdered if the cart holds nothing else. The append refuses what is ordered at the same
   * moment.
   */
  async settled(look: () => Promise<CartToOrder | undefined>, owner: CartOwner): Promise<CartToOrder | undefined> {
    for (const end = performance.now() + PATIENCE_MS; ; await pause(PAUSE_MS)) {
      const cart = await look();
      if (!cart || cart.lines.length === 0 || isUntouched(cart, owner)) return cart;
      const holds = await this.holds(cart);
      if (holds === 'nothing') return cart;
      if (typeof holds === 'object') throw new CartAlreadyOrdered(cart.cartId, cart.version, holds.allOf);
      if (performance.now() > end)
        throw new DomainError('UNAVAILABLE', 'unavailable', 'The cart has not heard of your last order yet.');
    }
  }

  private async holds({ lines }: CartToOrder) {
    const portions = lines.flatMap((line) => line.portions ?? []);
    const ids = portions.map(({ id }) => id);
    return stillHolds(portions, await this.db.query<PlacedPortion>(PLACED, [ids]));
  }
}

/** A guest's cart at its first version. If it was ordered, it was ordered at this version, which the append refuses. */
const isUntouched = ({ version }: CartToOrder, { kind }: CartOwner): boolean => kind === 'guest' && version === 1;
