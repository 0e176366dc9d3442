import { DomainError, type Uuid } from '#kernel';

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

/** Who works here is not forgotten before they have left: their name stands beside what they did for others. */
export class StaffAccount extends DomainError {
  constructor() {
    super('STAFF_ACCOUNT', 'refused', 'This account works here. Take its role away first, then erase it.');
  }
}

/** Somebody still waits for something, or for money. */
export class OrderOpen extends DomainError {
  constructor(orders: readonly { readonly id: Uuid; readonly number: string; readonly status: string }[]) {
    super(
      'ORDER_OPEN',
      'conflict',
      'An order is still open. Erase once it is completed or cancelled, and what is owed has gone back.',
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
