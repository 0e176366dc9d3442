import { DomainError, EventBroken, NotFound, type Fault, type Money, type RefusalKind } from '#kernel';
import { formatDong } from './format-dong';
import { englishText, type RefusalCode } from './order-texts';

export { EventBroken };

type Params = Readonly<Record<string, string | number>>;

/** A refusal of the model. Its English text is in the catalogue (`order-texts.ts`). */
export class OrderRefusal extends DomainError {
  constructor(code: RefusalCode, kind: RefusalKind, params: Params = {}, details: readonly Fault[] = []) {
    super(code, kind, englishText(code, params), params, details);
  }
}

export class OrderNotFound extends NotFound {
  constructor() {
    super('order');
  }
}

/** The event can be read, so it counts. Only an event that cannot be read can be declared void. */
export class EventNotBroken extends OrderRefusal {
  constructor(type: string, version: number) {
    super('EVENT_NOT_BROKEN', 'conflict', {
      type,
      version,
    });
  }
}

/** The order's head equals the version of its last event, so nothing needs repair. */
export class HeadNotBroken extends OrderRefusal {
  constructor(version: number) {
    super('HEAD_NOT_BROKEN', 'conflict', { version });
  }
}

/** The first event creates the order. Without it, there is no order. */
export class FirstEventNeeded extends OrderRefusal {
  constructor() {
    super('FIRST_EVENT_NEEDED', 'conflict');
  }
}

/** The order exists, but has not reached the requested version. */
export class VersionNotThere extends OrderRefusal {
  constructor(version: number, present: number) {
    super('VERSION_NOT_THERE', 'not-found', { version, present }, [
      { field: 'present', message: String(present), value: String(present) },
    ]);
  }
}

/** The order exists now, but did not exist at the requested time. */
export class NotPlacedYet extends OrderRefusal {
  constructor(placedAt: string) {
    super('NOT_PLACED_YET', 'not-found', { placedAt }, [{ field: 'placedAt', message: placedAt, value: placedAt }]);
  }
}

/** The order has more events than the operation can handle. */
export class OrderTooLong extends OrderRefusal {
  constructor(events: number, most: number) {
    super('ORDER_TOO_LONG', 'too-much', {
      events,
      most,
    });
  }
}

/** Applies the rules to a stored event. Throws EventBroken if the rules throw an error that is not a refusal. */
export function applyRules<Result>({ type, version }: { type: string; version: number }, rules: () => Result): Result {
  try {
    return rules();
  } catch (error) {
    throw error instanceof DomainError ? error : new EventBroken(type, version);
  }
}

export class CartEmpty extends OrderRefusal {
  constructor() {
    super('CART_EMPTY', 'conflict');
  }
}

export class LinesUnavailable extends OrderRefusal {
  constructor(
    code: 'VARIANT_UNAVAILABLE' | 'MODIFIERS_INVALID',
    faults: readonly { readonly index: number; readonly message: string }[],
  ) {
    super(
      code,
      'conflict',
      {},
      faults.map(({ index, message }) => ({ field: `lines.${index}`, message })),
    );
  }
}

/** The total differs from the total that the customer agreed to. */
export class PriceChanged extends OrderRefusal {
  constructor(expectedTotal: Money, total: Money) {
    super('PRICE_CHANGED', 'conflict', { expected: formatDong(expectedTotal), total: formatDong(total) }, [
      { field: 'expectedTotal', message: formatDong(expectedTotal), amount: expectedTotal },
      { field: 'total', message: formatDong(total), amount: total },
    ]);
  }
}

export class OrderTooLarge extends OrderRefusal {
  constructor(what: string, most: number | string) {
    super('ORDER_TOO_LARGE', 'refused', { what, most }, [
      { field: 'most', message: `${most} ${what}`, value: String(most) },
    ]);
  }
}

export class CannotCancel extends OrderRefusal {
  constructor(status: string) {
    super('CANNOT_CANCEL', 'conflict', { status });
  }
}

export class CannotAdvance extends OrderRefusal {
  constructor(status: string, step: string, needed: string) {
    super('WRONG_STATUS', 'conflict', {
      status,
      step,
      needed,
    });
  }
}

export class NothingToRefund extends OrderRefusal {
  constructor() {
    super('NOTHING_TO_REFUND', 'conflict');
  }
}

/**
 * No money is owed: later refunds have given back the money of refused refunds, or are on their way. So there is
 * nothing to request again.
 */
export class NothingOwed extends OrderRefusal {
  constructor() {
    super('NOTHING_OWED', 'conflict');
  }
}

/**
 * No goods can go back into stock: the order continues, or the customer has the goods, or an earlier event has decided
 * where they go.
 */
export class NothingToRestock extends OrderRefusal {
  constructor() {
    super('NOTHING_TO_RESTOCK', 'conflict');
  }
}

/**
 * A partial refund does not say which goods came back, so the shop does not know which goods to put back into stock.
 */
export class RestockNeedsAllMoney extends OrderRefusal {
  constructor(left: Money) {
    super('RESTOCK_NEEDS_ALL_MONEY', 'conflict', { amount: formatDong(left) });
  }
}

/** The caller's role is allowed to refund only a limited sum per day. */
export class RefundLimit extends OrderRefusal {
  constructor(left: Money, limit: Money) {
    super('REFUND_LIMIT', 'conflict', { amount: formatDong(left), limit: formatDong(limit) }, [
      { field: 'left', message: formatDong(left), amount: left },
      { field: 'limit', message: formatDong(limit), amount: limit },
    ]);
  }
}

export class RefundsNotAllowed extends DomainError {
  constructor() {
    super('FORBIDDEN', 'forbidden', 'You are not allowed to do this.');
  }
}

export class RefundTooLarge extends OrderRefusal {
  constructor(most: Money) {
    super('REFUND_TOO_LARGE', 'refused', { amount: formatDong(most) }, [
      { field: 'most', message: formatDong(most), amount: most },
    ]);
  }
}
