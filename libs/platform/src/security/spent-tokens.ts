import type { GuestTokenState } from './cart-tokens';

/** Says which cart tokens were used for an order. The module that stores the orders provides it. */
export abstract class SpentTokens {
  /** The given tokens with which an order was placed. */
  abstract find<Token extends GuestTokenState>(tokens: readonly Token[]): Promise<readonly Token[]>;
}
