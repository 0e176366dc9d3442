import { statement, type Database } from '#database';
import type { InboxRow } from './claims.store';

const CLAIM = statement(
  'inbox-claim-leased',
  `with given as (select * from unnest($2::bigint[], $3::uuid[]) as g(seq, message_id)),
   mine as materialized (
     select i.seq from given g cross join lateral (
       select i.seq from inbox i
       where i.seq = g.seq and i.message_id = g.message_id and i.state || '' = 'waiting' and i.claimed_by = 0 and not i.held
       offset 0 for update of i) i)
   update inbox i set claimed_by = $1, claimed_at = now() from mine where i.seq = mine.seq returning i.seq`,
);

/** Claims rows that were leased to this process, and that nobody else has claimed. Returns their numbers. */
export async function claimLeased(db: Database, instance: number, rows: readonly InboxRow[]): Promise<number[]> {
  const values = [instance, rows.map(({ seq }) => seq), rows.map(({ id }) => id)];
  return (await db.outsideTransaction(() => db.query<{ seq: number }>(CLAIM, values))).map(({ seq }) => seq);
}

const END = statement(
  'inbox-end-leases',
  `update inbox set next_at = now()
   where seq = any($1::bigint[]) and state = 'waiting' and claimed_by = 0 and not held and next_at > now()`,
);

/** Ends the leases of these rows, so that any process can claim them. */
export const endLeases = (db: Database, seqs: readonly number[]) => db.outsideTransaction(() => db.query(END, [seqs]));
