import type { GuestStanding } from './cart-tokens';

/** Which cart tokens were used for an order. The module that has the orders provides it. */
export abstract class SpentTokens {
  /** Those of the given tokens with which an order was placed. */
  abstract find<Token extends GuestStanding>(tokens: readonly Token[]): Promise<readonly Token[]>;
}
