import { Injectable } from '@nestjs/common';
import { CartOf, type CartOwner, type CartToOrder, type ReturnedOrder } from '#contracts/cart';
import { CartTokens, parseGuestTokenState } from '#platform/security';
import { Carts } from '../model/carts.store';
import { portionsOf, versionAbove, type Cart } from '../model/cart';
import { CartTokenSpent } from '../model/cart-errors';
import type { Owner } from '../model/owner';
import { ReturnedLines } from '../return-to-cart/returns.adapter';
import { guestOwner } from '../visitors.adapter';

@Injectable()
export class StoredCartOf extends CartOf {
  constructor(
    private readonly carts: Carts,
    private readonly returns: ReturnedLines,
    private readonly tokens: CartTokens,
  ) {
    super();
  }

  async find(owner: CartOwner): Promise<CartToOrder | undefined> {
    const verified = this.verifiedOwner(owner);
    const cart = verified && (await this.readCart(verified));
    if (!cart || cart.version === 0) return undefined;
    const { id, orderedVersion, lines } = cart;
    return {
      cartId: id,
      version: verified.kind === 'guest' ? versionAbove(cart, verified) : cart.version,
      ...(orderedVersion !== undefined && { orderedVersion }),
      lines: lines.map((line) => {
        const { variantId, quantity, modifiers, price, otherPrices } = line;
        const seen = { ...(price && { price }), ...(otherPrices && { otherPrices }) };
        return { variantId, quantity, modifiers, portions: portionsOf(line), ...seen };
      }),
    };
  }

  returnLines(order: ReturnedOrder): Promise<void> {
    return this.returns.returnLines(order);
  }

  /** The owner's cart. Undefined for a guest whose token no longer opens a cart. */
  private async readCart(owner: Owner): Promise<Cart | undefined> {
    try {
      return await this.carts.current(owner);
    } catch (error) {
      if (error instanceof CartTokenSpent) return undefined;
      throw error;
    }
  }

  private verifiedOwner(owner: CartOwner): Owner | undefined {
    if (owner.kind === 'guest') {
      const token = this.tokens.read(owner.cartToken);
      return token && guestOwner(token);
    }
    const before = parseGuestTokenState(owner.cartTokenHash);
    return { kind: 'user', userId: owner.userId, ...(before && { before: guestOwner(before) }) };
  }
}
