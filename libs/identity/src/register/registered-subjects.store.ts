import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#database';
import { SealedSubjects } from '#platform/privacy';

// Ids begin with the time of creation, so the newest accounts have the highest ids. Accounts that nobody registered,
// such as the account of ADMIN_EMAIL, have no key. So they must not be listed here.
const NEWEST = statement(
  'accounts-newest-customers',
  `select id from accounts where role = 'customer' order by id desc limit $1`,
);

/** The customers. Each has a key, because the name was sealed at registration. */
@Injectable()
export class RegisteredSubjects extends SealedSubjects {
  constructor(private readonly db: Database) {
    super();
  }

  async newest(limit: number): Promise<readonly Uuid[]> {
    return (await this.db.query<{ id: Uuid }>(NEWEST, [limit])).map(({ id }) => id);
  }
}
