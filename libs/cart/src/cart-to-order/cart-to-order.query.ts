import { Injectable } from '@nestjs/common';
import { CartOf, type CartOwner, type CartToOrder } from '#contracts/cart';
import { hashOfToken } from '#platform/security';
import { Carts } from '../model/carts.store';
import type { Owner } from '../model/owner';

@Injectable()
export class StoredCartOf extends CartOf {
  constructor(private readonly carts: Carts) {
    super();
  }

  async owner(owner: CartOwner): Promise<CartToOrder | undefined> {
    const { id, version, orderedVersion, lines } = await this.carts.of(known(owner));
    if (version === 0) return undefined;
    return {
      cartId: id,
      version,
      ...(orderedVersion !== undefined && { orderedVersion }),
      lines: lines.map(({ variantId, quantity, modifiers }) => ({ variantId, quantity, modifiers })),
    };
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
