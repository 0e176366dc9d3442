import { DomainError } from '#kernel';

export const tokenExpiredError = () =>
  new DomainError('TOKEN_EXPIRED', 'unauthenticated', 'The access token has expired. Refresh it, or sign in again.');

/** An order was placed with this token. The response to the order has a newer token. */
export const cartTokenSpent = () =>
  new DomainError(
    'CART_TOKEN_SPENT',
    'unauthenticated',
    'An order was placed with this cart token. Go on with the one that came with the order.',
  );

export const tokenInvalidError = () =>
  new DomainError('TOKEN_INVALID', 'unauthenticated', 'The access token is not valid. Sign in again.');

/** The keys cannot be read at the moment, so it is unknown whether the token is valid. */
export class KeysUnavailable extends DomainError {
  constructor() {
    super('UNAVAILABLE', 'unavailable', 'Tokens cannot be checked right now. Try again in a moment.');
  }
}
