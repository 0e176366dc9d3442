import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';

export interface JournalLine {
  readonly process: string;
  readonly version: number;
  readonly at: Date;
  /** The type of the message heard, and its id. */
  readonly heard: string;
  readonly messageId: string;
  readonly note: string;
  /** The types of what was asked. */
  readonly asked: readonly string[];
}

/** The flight recorder of this context's processes: what each heard, made of it, and asked. */
@Injectable()
export class ProcessJournal {
  constructor(private readonly db: Database) {}

  /** All that the processes of one id did, oldest first. */
  of(processId: string): Promise<JournalLine[]> {
    return this.db.query<JournalLine>(
      `select name as process, version, at, heard, message_id as "messageId", note, asked
       from process_journal where id = $1 order by at, name, version`,
      [processId],
    );
  }
}
