import type { GuestTokenState } from './cart-tokens';

/** Says which cart tokens were used for an order. The provider is the module that stores the orders. */
export abstract class SpentTokens {
  /** Returns those of the given tokens with which an order was placed. */
  abstract find<Token extends GuestTokenState>(tokens: readonly Token[]): Promise<readonly Token[]>;
}
