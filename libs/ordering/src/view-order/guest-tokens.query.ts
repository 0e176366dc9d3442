import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#database';
import type { Refusal } from '#platform/http';
import { cartTokenSpent, isTooOldToRead, SpentTokens, type Caller, type GuestTokenState } from '#platform/security';
import { Clock } from '#platform/system';
import type { Reader } from '../model/readers';

/** The order that was placed with a token, and its cart. */
export interface OrderOfToken {
  readonly orderId: Uuid;
  readonly cartId: Uuid;
  readonly cartVersion: number;
}

const SPENT = statement(
  'guest-token-spent',
  `select order_id as "orderId", cart_id as "cartId", cart_version as "cartVersion"
   from placed_carts where guest = $1 and guest_since = $2`,
);

const ALL_SPENT = statement(
  'guest-tokens-spent',
  `select p.guest, p.guest_since as since from placed_carts p
   join unnest($1::text[], $2::int[]) as t(guest, since) on p.guest = t.guest and p.guest_since = t.since`,
);

/** The refusal that `readerOfOneOrder` throws, on the routes of a single order. */
export const TOKEN_SPENT = {
  status: 401,
  code: 'CART_TOKEN_SPENT',
  when: 'An order was placed with the `X-Cart-Token` since, and no access token came with it. Send the newer one.',
} satisfies Refusal;

/** Decides what guests may read with their tokens. */
@Injectable()
export class GuestTokens extends SpentTokens {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  /**
   * The order that was placed with this token. Undefined if no order was placed with it: then it is the guest's newest
   * token.
   */
  async findOrderOfToken({ guestHash, since }: GuestTokenState): Promise<OrderOfToken | undefined> {
    return (await this.db.query<OrderOfToken>(SPENT, [guestHash, since]))[0];
  }

  async find<Token extends GuestTokenState>(tokens: readonly Token[]): Promise<readonly Token[]> {
    const values = [tokens.map(({ guestHash }) => guestHash), tokens.map(({ since }) => since)];
    const rows = await this.db.query<{ guest: string; since: number }>(ALL_SPENT, values);
    const spent = new Set(rows.map(({ guest, since }) => `${guest}.${since}`));
    return tokens.filter(({ guestHash, since }) => spent.has(`${guestHash}.${since}`));
  }

  /**
   * The caller as a reader of orders. An access token gives access to the account's orders, and a cart token to the
   * guest's orders. A cart token is valid until the guest's next order, and for 30 days at most.
   */
  async readerOf(caller: Caller): Promise<Reader> {
    const userId = caller.kind === 'user' ? caller.userId : undefined;
    const { cartToken } = caller;
    if (!cartToken) return { userId };
    if (await this.findOrderOfToken(cartToken)) return { userId, tokenSpent: true };
    return { userId, ...(!isTooOldToRead(cartToken, this.clock.now()) && { cartTokenHash: cartToken.guestHash }) };
  }

  /**
   * Like `readerOf`, for the routes of a single order: a spent token without an access token is refused. Throws
   * CART_TOKEN_SPENT.
   */
  async readerOfOneOrder(caller: Caller): Promise<Reader> {
    const reader = await this.readerOf(caller);
    if (reader.tokenSpent && reader.userId === undefined) throw cartTokenSpent();
    return reader;
  }
}
