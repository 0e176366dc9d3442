import { DomainError } from '#kernel';

export const tokenExpired = () =>
  new DomainError('TOKEN_EXPIRED', 'unauthenticated', 'The access token has expired. Refresh it, or sign in again.');

export const tokenInvalid = () =>
  new DomainError('TOKEN_INVALID', 'unauthenticated', 'The access token is not valid. Sign in again.');

/** Keys cannot be had just now: that says nothing about the token. */
export class KeysUnavailable extends DomainError {
  constructor() {
    super('UNAVAILABLE', 'unavailable', 'Tokens cannot be checked right now. Try again in a moment.');
  }
}
