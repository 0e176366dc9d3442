import { DomainError, type Uuid } from '#kernel';

/** Another command appended first. The caller must read the stream again, and decide again. */
export class VersionConflict extends DomainError {
  constructor(
    readonly streamId: Uuid,
    readonly expected: number,
    /** The stream's present version; 0 if the stream does not exist. */
    readonly actual: number,
  ) {
    super('VERSION_CONFLICT', 'conflict', 'It has changed in the meantime: look again and repeat.', {
      expected,
      actual,
    });
  }
}

/** The command id was already used for another stream. */
export class CommandIdTaken extends Error {
  constructor(readonly commandId: Uuid) {
    super(`command ${commandId} has already appended to another stream`);
    this.name = 'CommandIdTaken';
  }
}

/**
 * The type or the schema version of an event is unknown in this build, usually because a newer build wrote the event.
 * Such an event is never skipped. A command on its stream gets 503, and a newer build can perhaps handle the next
 * attempt.
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

/** The last events of the stream are not sealed yet, and this process cannot seal them. */
export class NotSealedYet extends DomainError {
  constructor() {
    super('NOT_SEALED_YET', 'unavailable', 'The last events of this order are not sealed yet: ask again.', {
      seconds: 5,
    });
  }
}

/** The stored log differs from the log that was written, so nothing can be proved with it. */
export class LogTampered extends DomainError {
  constructor(reason: string) {
    super('LOG_TAMPERED', 'conflict', `The log is not as it was written: ${reason}. Verify it.`, { reason });
  }
}

/** How the stored seals differ from the remembered end of the seals. */
export type Disagreement =
  | 'behind' // the log ends before the newest remembered seal
  | 'rewritten' // the log at that seal is not the log that was sealed
  | 'lost' // the log is as it was sealed, but a seal is missing
  | 'false' // a stored seal is not signed by the shop, or is in the wrong place
  | 'records' // the records about the seals are not as they were signed
  | 'forgotten'; // the records about the seals end before the newest remembered record

/** While the stored seals differ from the remembered end of the seals, nothing is sealed. */
export class SealsDisagree extends LogTampered {
  constructor(
    readonly disagreement: Disagreement,
    reason: string,
    readonly position: number | null = null,
  ) {
    super(reason);
  }
}

/** Stops the start of the shop. The message says what is wrong and what can be done. */
export class HistoryLost extends Error {
  constructor({ message }: SealsDisagree) {
    super(
      `${message} If a backup was restored, record that with: npm run shop -- events restored --reason … --who … ` +
        'Otherwise somebody has changed the database: keep a copy of it, and restore an earlier backup',
    );
    this.name = 'HistoryLost';
  }
}
