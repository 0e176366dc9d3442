import type { Money } from './money';

/**
 * What kind of no it is; one filter turns it into the answer's status: not-found 404, conflict (with the current state)
 * and refused (by a rule) 409, stale (If-Match) 412, reused (an idempotency key) 422, invalid 400, forbidden 403,
 * unauthenticated 401, unavailable 503.
 */
export type RefusalKind =
  | 'not-found'
  | 'conflict'
  | 'refused'
  | 'stale'
  | 'reused'
  | 'invalid'
  | 'forbidden'
  | 'unauthenticated'
  | 'unavailable';

/** One field and what is wrong with it; the field is a path such as `variants.0.stock`. */
export interface Fault {
  readonly field: string;
  readonly message: string;
  /** The money it is about. */
  readonly amount?: Money;
  /** A value that would be taken instead. */
  readonly value?: string;
}

/**
 * What the model refuses, and why. The code is stable and upper snake case; the message is English and says
 * what to do next; `params` fill the message's translations.
 */
export class DomainError extends Error {
  constructor(
    readonly code: string,
    readonly kind: RefusalKind,
    message: string,
    readonly params: Readonly<Record<string, string | number>> = {},
    readonly details: readonly Fault[] = [],
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** There is no such thing, or it is not the caller's: the two are never told apart. */
export class NotFound extends DomainError {
  constructor(what: string) {
    super('NOT_FOUND', 'not-found', `There is no such ${what}.`, { what });
  }
}
