import { Injectable } from '@nestjs/common';
import { CartOf, type CartOwner, type CartToOrder, type ReturnedOrder } from '#contracts/cart';
import { hashOfToken } from '#platform/security';
import { Carts } from '../model/carts.store';
import { portionsOf } from '../model/cart';
import type { Owner } from '../model/owner';
import { Returns } from '../return-to-cart/returns.adapter';

@Injectable()
export class StoredCartOf extends CartOf {
  constructor(
    private readonly carts: Carts,
    private readonly returns: Returns,
  ) {
    super();
  }

  async owner(owner: CartOwner): Promise<CartToOrder | undefined> {
    const { id, version, orderedVersion, lines } = await this.carts.of(known(owner));
    if (version === 0) return undefined;
    return {
      cartId: id,
      version,
      ...(orderedVersion !== undefined && { orderedVersion }),
      lines: lines.map((line) => {
        const { variantId, quantity, modifiers, price, otherPrices } = line;
        const seen = { ...(price && { price }), ...(otherPrices && { otherPrices }) };
        return { variantId, quantity, modifiers, portions: portionsOf(line), ...seen };
      }),
    };
  }

  takeBack(order: ReturnedOrder): Promise<void> {
    return this.returns.takeBack(order);
  }
}

const known = (owner: CartOwner): Owner =>
  owner.kind === 'guest'
    ? { kind: 'guest', tokenHash: hashOfToken(owner.cartToken) }
    : {
        kind: 'user',
        userId: owner.userId,
        ...(owner.cartTokenHash && { guestTokenHash: owner.cartTokenHash }),
      };
