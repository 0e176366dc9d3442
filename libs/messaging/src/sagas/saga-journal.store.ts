import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { completeLines, type JournalRow, type JournalLine } from './journal';

export type { JournalLine } from './journal';

const MICROSECONDS = `to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** The journal of this context's sagas: what each saga handled, did, requested and waited for. */
@Injectable()
export class SagaJournal {
  constructor(private readonly db: Database) {}

  /** All lines of the sagas with this id, or of one of them, oldest first. */
  async of(sagaId: string, name?: string): Promise<JournalLine[]> {
    const rows = await this.db.query<JournalRow>(
      `select name as saga, version, at, ${MICROSECONDS} as instant, heard, message_id as "messageId", happened_at as "happenedAt", attempts,
              note, asked, asked_keys as "askedKeys", timers, handled_by as "handledBy"
       from process_journal where id = $1 and ($2::text is null or name = $2) order by at, name, version`,
      [sagaId, name ?? null],
    );
    return completeLines(rows);
  }
}
