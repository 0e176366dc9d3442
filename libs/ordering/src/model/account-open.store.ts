import type { Uuid } from '#kernel';
import { statement } from '#database';
import { defineGuard } from '#event-store';
import { SubjectErased } from '#platform/privacy';

const FIND_CLOSED_ACCOUNT = statement(
  'account-closed',
  `select 1 from order_accounts where subject = $1 and closed_at is not null`,
);

/**
 * The account of the order must be open. Throws SubjectErased if the account was closed. The guard updates the
 * account's row, because closing an account locks this row. So an append that waited for the lock sees that the account
 * is closed, even if its database snapshot is older.
 */
export const accountMustBeOpen = defineGuard<{ readonly subject: Uuid }>({
  name: 'account',
  place: 'before',
  sql: ({ subject }) =>
    `insert into order_accounts as a (subject) values (${subject}::uuid)
    on conflict (subject) do update set orders = a.orders + 1 where a.closed_at is null returning 1`,
  missing: async ({ subject }, lookUp) => {
    const closed = await lookUp(FIND_CLOSED_ACCOUNT, [subject]);
    return closed.length > 0 ? new SubjectErased() : undefined;
  },
});
