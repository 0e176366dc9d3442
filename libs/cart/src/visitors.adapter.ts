import { Injectable } from '@nestjs/common';
import { CartTokens, isTooOldToRead, type Caller, type CartToken, type GuestTokenState } from '#platform/security';
import { Clock } from '#platform/system';
import { CartTokenSpent } from './model/cart-errors';
import type { GuestOwner, Owner } from './model/owner';

export const CART_TOKEN = 'X-Cart-Token';

/** Whose cart a request uses. A guest without a valid token gets a new token with the response. */
export interface Visitor {
  readonly owner: Owner;
  readonly newToken?: string;
  /** Why the caller's token no longer opens a cart. */
  readonly spentBy?: CartTokenSpent['by'];
}

export const guestOwner = ({ guestHash, since }: GuestTokenState): GuestOwner => ({
  kind: 'guest',
  tokenHash: guestHash,
  since,
});

function ownerFrom(caller: Caller): Owner | undefined {
  if (caller.kind === 'guest') return caller.cartToken && guestOwner(caller.cartToken);
  const { userId, guestBefore } = caller;
  return { kind: 'user', userId, ...(guestBefore && { before: guestOwner(guestBefore) }) };
}

@Injectable()
export class Visitors {
  constructor(
    private readonly tokens: CartTokens,
    private readonly clock: Clock,
  ) {}

  /**
   * Does the work for the caller's cart. If the caller's token no longer opens a cart, the work gets a new, empty cart,
   * and the client gets a new token. There is one exception: after a log-in, the old token can still be allowed to read
   * the guest's orders. Then a request that only reads the cart (`reads`) gets no new token, so that the client keeps
   * the old token.
   */
  async serve<T>(caller: Caller, work: (visitor: Visitor) => Promise<T>, reads?: 'reads'): Promise<T> {
    const owner = ownerFrom(caller);
    if (!owner) return work(newGuest(this.tokens.issue()));
    try {
      return await work({ owner });
    } catch (error) {
      if (!(error instanceof CartTokenSpent)) throw error;
      const { by: spentBy } = error;
      const { owner: newOwner, newToken } = newGuest(this.tokens.issue());
      const keepsToken = reads && spentBy === 'log-in' && caller.cartToken && this.mayReadOrders(caller.cartToken);
      return work({ owner: newOwner, spentBy, ...(!keepsToken && { newToken }) });
    }
  }

  /** Whether the token came with an order and is still new enough to read orders (30 days). */
  private mayReadOrders(token: CartToken): boolean {
    return token.since > 0 && !isTooOldToRead(token, this.clock.now());
  }
}

const newGuest = (token: CartToken): Visitor => ({ owner: guestOwner(token), newToken: token.text });
