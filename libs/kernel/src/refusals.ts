import type { Money } from './money';

/**
 * The kind of a refusal. A filter derives the HTTP status from the kind: not-found 404, conflict (with the current
 * state) and refused (by a rule) 409, stale (If-Match) 412, reused (an idempotency key) and too-much (too large for one
 * response) 422, invalid 400, forbidden 403, unauthenticated 401, unavailable 503.
 */
export type RefusalKind =
  | 'not-found'
  | 'conflict'
  | 'refused'
  | 'stale'
  | 'reused'
  | 'too-much'
  | 'invalid'
  | 'forbidden'
  | 'unauthenticated'
  | 'unavailable';

/** What is wrong with one field. `field` is a path such as `variants.0.stock`. */
export interface Fault {
  readonly field: string;
  readonly message: string;
  /** The amount of money that the fault is about. */
  readonly amount?: Money;
  /** A value that would be accepted. */
  readonly value?: string;
}

/**
 * A refusal by a rule of the shop. The code is stable and in upper snake case. The message is English and says what to
 * do next. `params` are the values for its translations.
 */
export class DomainError extends Error {
  /** The key of the translations, if it is not the code. */
  readonly text?: string;

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

/**
 * The thing does not exist, or it does not belong to the caller. The response is the same in both cases, so that
 * strangers cannot find out what exists.
 */
export class NotFound extends DomainError {
  constructor(what: string) {
    super('NOT_FOUND', 'not-found', `There is no such ${what}.`, { what });
  }
}

/**
 * A stored event does not match the schema of its type, or the shop did not write it. The raw stream shows the event
 * unchanged.
 */
export class EventBroken extends DomainError {
  constructor(type: string, version: number, why = 'holds data that cannot be read') {
    super('EVENT_BROKEN', 'conflict', `Event ${version} (${type}) of this order ${why}.`, { type, version });
  }
}
