import { Config } from '#platform/config';
import { CartTokens } from '#platform/security';

/** The cart token secret of a shop in tests that issue the cart tokens themselves. */
export const CART_TOKEN_SECRET = Buffer.alloc(32, 'guests').toString('base64');

export const cartTokensOf = (secret: string, ...former: string[]): CartTokens =>
  new CartTokens(Object.assign(new Config(), { cartTokenSecret: secret, cartTokenFormerSecrets: former }));

/** Issues and reads cart tokens like a shop that has this secret. */
export const cartTokens = cartTokensOf(CART_TOKEN_SECRET);
