import type { GuestStanding } from './cart-tokens';

/** Which cart tokens were used for an order. Bound by the module that keeps orders. */
export abstract class SpentTokens {
  /** The tokens, of those given, that an order was placed with. */
  abstract find<Token extends GuestStanding>(tokens: readonly Token[]): Promise<readonly Token[]>;
}
