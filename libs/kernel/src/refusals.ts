import type { Money } from './money';

/**
 * The kind of a refusal, which one filter turns into the answer's status: not-found 404, conflict (with the current
 * state) and refused (by a rule) 409, stale (If-Match) 412, reused (an idempotency key) and too-much (more than one
 * answer can hold) 422, invalid 400, forbidden 403, unauthenticated 401, unavailable 503.
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

/** One field and what is wrong with it; the field is a path such as `variants.0.stock`. */
export interface Fault {
  readonly field: string;
  readonly message: string;
  /** The amount of money concerned. */
  readonly amount?: Money;
  /** A value that would be accepted. */
  readonly value?: string;
}

/**
 * A refusal of the model, with its reason. The code is stable and in upper snake case. The message is English and
 * says what to do next; `params` fill its translations.
 */
export class DomainError extends Error {
  /** The key of another text in the catalogue, if the text of the code does not fit. */
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

/** It does not exist, or it is not the caller's: the two are never told apart. */
export class NotFound extends DomainError {
  constructor(what: string) {
    super('NOT_FOUND', 'not-found', `There is no such ${what}.`, { what });
  }
}

/**
 * A stored event of a known type does not match its schema, or is not of this shop. The raw stream shows it
 * unchanged.
 */
export class EventBroken extends DomainError {
  constructor(type: string, version: number, why = 'holds data that cannot be read') {
    super('EVENT_BROKEN', 'conflict', `Event ${version} (${type}) of this order ${why}.`, { type, version });
  }
}
