import { DomainError } from '#kernel';

export class EmailTaken extends DomainError {
  constructor() {
    super('EMAIL_TAKEN', 'conflict', 'There is an account with this e-mail address already. Log in instead.');
  }
}

/** Neither says which of the two was wrong. */
export class CredentialsInvalid extends DomainError {
  constructor() {
    super('CREDENTIALS_INVALID', 'unauthenticated', 'The e-mail address or the password is not right.');
  }
}

export class RefreshTokenInvalid extends DomainError {
  constructor() {
    super('TOKEN_INVALID', 'unauthenticated', 'The refresh token is not valid any more. Log in again.');
  }
}

export class RefreshTokenExpired extends DomainError {
  constructor() {
    super('TOKEN_EXPIRED', 'unauthenticated', 'The session has expired. Log in again.');
  }
}
