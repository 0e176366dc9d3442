import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#database';
import { UnerasedData, type ErasedSubject } from '#platform/privacy';

const REMAINING = statement(
  'profiles-remaining',
  `select s.subject from unnest($1::uuid[]) as s(subject)
   where not exists (select from customers c where c.id = s.subject and c.erased_at is not null)`,
);

/**
 * Erased customers whose profile is not empty, or whose empty row is missing. Without the empty row, a late message
 * could store the person's data again.
 */
@Injectable()
export class UnerasedProfiles extends UnerasedData {
  constructor(private readonly db: Database) {
    super();
  }

  async of(erased: readonly ErasedSubject[]): Promise<readonly Uuid[]> {
    const customers = erased.filter(({ kind }) => kind === 'customer').map(({ subject }) => subject);
    return (await this.db.query<{ subject: Uuid }>(REMAINING, [customers])).map(({ subject }) => subject);
  }
}
