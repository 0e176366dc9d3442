import { DomainError, NotFound, type Money } from '#kernel';
import { inDong } from './in-dong';

export class OrderNotFound extends NotFound {
  constructor() {
    super('order');
  }
}

/** A stored event of a known type holds data that the rules cannot be applied to. The raw stream shows it as it is. */
export class EventBroken extends DomainError {
  constructor(type: string, version: number) {
    super(
      'EVENT_BROKEN',
      'conflict',
      `Event ${version} (${type}) of this order holds data that nothing can be made of.`,
      {
        type,
        version,
      },
    );
  }
}

/** Applies the rules to a stored event. Throws EventBroken where they stumble over it. */
export function madeOf<Result>({ type, version }: { type: string; version: number }, rules: () => Result): Result {
  try {
    return rules();
  } catch (error) {
    throw error instanceof DomainError ? error : new EventBroken(type, version);
  }
}

export class CartEmpty extends DomainError {
  constructor() {
    super('CART_EMPTY', 'conflict', 'The cart is empty. Put something into it, then order.');
  }
}

export class LinesUnavailable extends DomainError {
  constructor(
    code: 'VARIANT_UNAVAILABLE' | 'MODIFIERS_INVALID',
    faults: readonly { readonly index: number; readonly message: string }[],
  ) {
    super(
      code,
      'conflict',
      'Something in the cart cannot be sold as it is. Change or remove it, then order.',
      {},
      faults.map(({ index, message }) => ({ field: `lines.${index}`, message })),
    );
  }
}

/** The total is not the one the customer agreed to. */
export class PriceChanged extends DomainError {
  constructor(expectedTotal: Money, total: Money) {
    super(
      'PRICE_CHANGED',
      'conflict',
      `The total is ${inDong(total)} now, not ${inDong(expectedTotal)}. Look at the cart, then order again.`,
      { expected: inDong(expectedTotal), total: inDong(total) },
      [
        { field: 'expectedTotal', message: inDong(expectedTotal), amount: expectedTotal },
        { field: 'total', message: inDong(total), amount: total },
      ],
    );
  }
}

export class OrderTooLarge extends DomainError {
  constructor(what: string, most: number | string) {
    super('ORDER_TOO_LARGE', 'refused', `One order takes at most ${most} ${what}. Split it, or call the shop.`, {
      what,
      most,
    });
  }
}

export class CannotCancel extends DomainError {
  constructor(status: string) {
    super('CANNOT_CANCEL', 'conflict', `The order is ${status} and can no longer be cancelled.`, { status });
  }
}

export class CannotAdvance extends DomainError {
  constructor(status: string, step: string, needed: string) {
    super('WRONG_STATUS', 'conflict', `The order is ${status}; to ${step} it, it has to be ${needed}.`, {
      status,
      step,
      needed,
    });
  }
}

export class NothingToRefund extends DomainError {
  constructor() {
    super('NOTHING_TO_REFUND', 'conflict', 'Nothing is left to give back for this order.');
  }
}

/** What was refused has gone back another way, or is on its way: nothing is left to ask for again. */
export class NothingOwed extends DomainError {
  constructor() {
    super('NOTHING_OWED', 'conflict', 'Nothing is owed for this order any more, and nothing is on its way back.');
  }
}

/** The order goes on, its goods are the customer's, or it was decided already what becomes of them. */
export class NothingToRestock extends DomainError {
  constructor() {
    super(
      'NOTHING_TO_RESTOCK',
      'conflict',
      'No goods of this order can go back on the shelf now. Say `end: true` as well, if the order is to be over.',
    );
  }
}

/** A part of the money does not say which goods came back, and all of them would be too many. */
export class RestockNeedsAllMoney extends DomainError {
  constructor(left: Money) {
    super(
      'RESTOCK_NEEDS_ALL_MONEY',
      'conflict',
      `The goods go back on the shelf with all the money that is left, ${inDong(left)}. Give a part back without restock.`,
      { amount: inDong(left) },
    );
  }
}

export class RefundTooLarge extends DomainError {
  constructor(most: Money) {
    super('REFUND_TOO_LARGE', 'refused', `At most ${inDong(most)} can still be given back.`, {
      amount: inDong(most),
    });
  }
}
