import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#database';
import { UnerasedData, type ErasedSubject } from '#platform/privacy';

const REMAINING = statement(
  'letters-remaining',
  `select s.subject from unnest($1::uuid[]) as s(subject)
   where not exists (select from forgotten f where f.subject = s.subject)`,
);

/** Finds erased people who are missing in the table `forgotten`. Letters to these people may still exist. */
@Injectable()
export class UnerasedRecipients extends UnerasedData {
  constructor(private readonly db: Database) {
    super();
  }

  async of(erased: readonly ErasedSubject[]): Promise<readonly Uuid[]> {
    const rows = await this.db.query<{ subject: Uuid }>(REMAINING, [erased.map(({ subject }) => subject)]);
    return rows.map(({ subject }) => subject);
  }
}
