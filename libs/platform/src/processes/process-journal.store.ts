import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { recall, type JournalRow, type JournalLine } from './journal';

export type { JournalLine } from './journal';

/** The flight recorder of this context's processes: what each heard, made of it, asked, and waited for. */
@Injectable()
export class ProcessJournal {
  constructor(private readonly db: Database) {}

  /** All that the processes of one id did, oldest first; or one of them. */
  async of(processId: string, name?: string): Promise<JournalLine[]> {
    const rows = await this.db.query<JournalRow>(
      `select name as process, version, at, heard, message_id as "messageId", happened_at as "happenedAt", attempts,
              note, asked, asked_keys as "askedKeys", timers, handled_by as "handledBy"
       from process_journal where id = $1 and ($2::text is null or name = $2) order by at, name, version`,
      [processId, name ?? null],
    );
    return recall(rows);
  }
}
