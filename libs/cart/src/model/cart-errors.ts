import { DomainError, NotFound, type Fault } from '#kernel';

export class NoSuchLine extends NotFound {
  constructor() {
    super('cart line');
  }
}

export class CartFull extends DomainError {
  constructor(most: number) {
    super('CART_FULL', 'refused', `A cart holds ${most} lines. Remove one first.`, { most });
  }
}

export class LineTooLarge extends DomainError {
  constructor(most: number) {
    super('LINE_TOO_LARGE', 'refused', `A line holds ${most} pieces. Order fewer, or call us for a large order.`, {
      most,
    });
  }
}

/** The cart has changed since the caller read it. */
export class CartChanged extends DomainError {
  constructor(version: number) {
    super(
      'PRECONDITION_FAILED',
      'stale',
      `The cart has changed since you read it; it is at version ${version} now. Read it again.`,
      { version },
    );
  }
}

export class VariantUnavailable extends DomainError {
  constructor() {
    super('VARIANT_UNAVAILABLE', 'not-found', 'This is not on sale. Choose another one.');
  }
}

export class ModifiersInvalid extends DomainError {
  constructor(fault: Fault) {
    super('MODIFIERS_INVALID', 'invalid', 'This cannot be made with these options. See the details.', {}, [fault]);
  }
}

/** The token no longer opens a cart: an order was placed with it, or a log-in took over the cart. */
export class CartTokenSpent extends Error {
  constructor(readonly by: 'order' | 'log-in') {
    super('this cart token no longer opens a cart');
    this.name = 'CartTokenSpent';
  }
}
