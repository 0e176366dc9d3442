import { DomainError, type Uuid } from '#kernel';
import type { StoredKey } from './events';

/** Somebody else appended first: read again, decide again. */
export class VersionConflict extends DomainError {
  constructor(
    readonly streamId: Uuid,
    readonly expected: number,
    /** The stream's version now; 0 when it does not exist. */
    readonly actual: number,
  ) {
    super('VERSION_CONFLICT', 'conflict', 'It has changed in the meantime: look again and repeat.', {
      expected,
      actual,
    });
  }
}

/** The caller's key has been used. The same body is a repeat, whose answer `stored` leads to; another body is a mistake. */
export class IdempotencyKeyTaken extends DomainError {
  constructor(readonly stored: StoredKey) {
    super('IDEMPOTENCY_KEY_REUSED', 'reused', 'This Idempotency-Key was used for another request: take a new one.');
  }
}

export class CartAlreadyOrdered extends DomainError {
  constructor(
    readonly cartId: Uuid,
    readonly cartVersion: number,
    readonly orderId: Uuid | null,
  ) {
    super(
      'CART_ALREADY_ORDERED',
      'conflict',
      'This cart has been ordered already: see your orders.',
      orderId ? { orderId } : {},
    );
  }
}

/** One command id may change one stream only. */
export class CommandIdTaken extends Error {
  constructor(readonly commandId: Uuid) {
    super(`command ${commandId} has already appended to another stream`);
    this.name = 'CommandIdTaken';
  }
}

/**
 * The store holds, or was given, an event this build does not know: a newer build wrote it. Nothing is skipped: who
 * decides on such a stream is told to come back (503), for then a build may answer that knows more.
 */
export class UnknownEvent extends DomainError {
  constructor(
    readonly type: string,
    readonly schemaVersion: number,
  ) {
    super('UNAVAILABLE', 'unavailable', `This build does not know ${type}, schema version ${schemaVersion}.`, {
      seconds: 5,
    });
  }
}

/** The order's last events are not under a seal yet, and nobody here can put them there. */
export class NotSealedYet extends DomainError {
  constructor() {
    super('NOT_SEALED_YET', 'unavailable', 'The last events of this order are not sealed yet: ask again.', {
      seconds: 5,
    });
  }
}

/** What is stored is not what was sealed: there is nothing here to vouch for. */
export class LogTampered extends DomainError {
  constructor(reason: string) {
    super('LOG_TAMPERED', 'conflict', `The log is not as it was written: ${reason}. Verify it.`, { reason });
  }
}
