import { Config } from '#platform/config';
import { CartTokens } from '#platform/security';

/** The secret `CART_TOKEN_SECRET` for tests that make cart tokens without a shop. */
export const CART_TOKEN_SECRET = Buffer.alloc(32, 'guests').toString('base64');

export const cartTokensOf = (secret: string, ...former: string[]): CartTokens =>
  new CartTokens(Object.assign(new Config(), { cartTokenSecret: secret, cartTokenFormerSecrets: former }));

/** Issues and reads cart tokens, like a shop with `CART_TOKEN_SECRET`. */
export const cartTokens = cartTokensOf(CART_TOKEN_SECRET);
