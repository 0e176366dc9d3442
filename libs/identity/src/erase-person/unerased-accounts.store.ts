import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#database';
import { UnerasedData, type ErasedSubject } from '#platform/privacy';

const REMAINING = statement(
  'erasures-remaining',
  `select s.subject from unnest($1::uuid[]) as s(subject)
   where exists (select from accounts a where a.id = s.subject)
      or not exists (select from erasures e where e.subject = s.subject and e.begun_at is not null)`,
);

/** Erased people whose account exists, or whose erasure is not in the database. */
@Injectable()
export class UnerasedAccounts extends UnerasedData {
  constructor(private readonly db: Database) {
    super();
  }

  async of(erased: readonly ErasedSubject[]): Promise<readonly Uuid[]> {
    const rows = await this.db.query<{ subject: Uuid }>(REMAINING, [erased.map(({ subject }) => subject)]);
    return rows.map(({ subject }) => subject);
  }
}
