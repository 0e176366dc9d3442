import { DomainError, type Uuid } from '#kernel';

export class EmailTaken extends DomainError {
  constructor() {
    super('EMAIL_TAKEN', 'conflict', 'There is an account with this e-mail address already. Log in instead.');
  }
}

/** The text does not say whether the address or the password is wrong. So nobody can find out who has an account. */
export class CredentialsInvalid extends DomainError {
  constructor() {
    super('CREDENTIALS_INVALID', 'unauthenticated', 'The e-mail address or the password is not right.');
  }
}

/** For a signed-in person, who sent only their password. */
export class PasswordWrong extends DomainError {
  override readonly text = 'CREDENTIALS_INVALID.password';

  constructor() {
    super('CREDENTIALS_INVALID', 'unauthenticated', 'The password is not right.');
  }
}

export class RefreshTokenInvalid extends DomainError {
  override readonly text = 'TOKEN_INVALID.refresh';

  constructor() {
    super('TOKEN_INVALID', 'unauthenticated', 'The refresh token is not valid any more. Log in again.');
  }
}

export class RefreshTokenExpired extends DomainError {
  override readonly text = 'TOKEN_EXPIRED.refresh';

  constructor() {
    super('TOKEN_EXPIRED', 'unauthenticated', 'The session has expired. Log in again.');
  }
}

/** Staff can be erased only after they have left, because the records of their work must show their name. */
export class StaffAccount extends DomainError {
  constructor() {
    super('STAFF_ACCOUNT', 'refused', 'This account belongs to staff. Remove its role first, then erase it.');
  }
}

/** There must always be an admin, because only an admin can give roles. */
export class LastAdmin extends DomainError {
  constructor() {
    super('LAST_ADMIN', 'conflict', 'This is the last admin. Make somebody else an admin first.');
  }
}

/** An order of the person is not finished, or the shop still owes money for it. */
export class OrderOpen extends DomainError {
  constructor(orders: readonly { readonly id: Uuid; readonly number: string; readonly status: string }[]) {
    super(
      'ORDER_OPEN',
      'conflict',
      'An order is still open. Erase the person when the order is completed or cancelled, and all refunds are paid.',
      {},
      orders.map(({ id, number, status }) => ({ field: `orders.${id}`, message: `${number}: ${status}` })),
    );
  }
}

export class OrderOfCustomer extends DomainError {
  constructor(customerId: Uuid) {
    super('ORDER_OF_CUSTOMER', 'refused', 'This order belongs to an account. Erase the account instead.', {}, [
      { field: 'customerId', message: customerId },
    ]);
  }
}
