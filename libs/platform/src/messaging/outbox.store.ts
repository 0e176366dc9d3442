import { statement, type Database } from '#platform/database';
import type { Envelope } from './envelope';
import { quickly } from './quickly';

/**
 * SQL that writes messages into the outbox out of one jsonb parameter (see `outboxValue`), to stand in a store's own
 * statement. `gate` is a condition that must hold, such as `exists (select from done)`.
 */
export const outboxInsert = (parameter: string, gate = 'true') => `
  insert into outbox (id, type, key, body, meta)
  select m.id, m.type, m.key, m.body, m.meta
  from rows from (jsonb_to_recordset(${parameter}::jsonb) as (id uuid, type text, key text, body jsonb, meta jsonb))
    with ordinality as m(id, type, key, body, meta, place)
  where ${gate}
  order by m.place`;

export const outboxValue = (messages: readonly Envelope[]): string => JSON.stringify(messages);

const INSERT = statement('outbox-insert', outboxInsert('$1'));

export const insertOutbox = (db: Database, messages: readonly Envelope[]) => db.query(INSERT, [outboxValue(messages)]);

export interface OutboxRow extends Envelope {
  readonly seq: number;
}

const columns = 'seq, id, type, key, body, meta';

const UNSENT = statement('outbox-unsent', `select ${columns} from outbox where sent_at is null order by seq limit $1`);

const MARK_AND_NEXT = statement(
  'outbox-mark-and-next',
  `with ${quickly}, sent as (
     update outbox set sent_at = now() from quick where seq = any($2::bigint[]) and sent_at is null)
   select ${columns} from outbox where sent_at is null and seq <> all($2::bigint[]) order by seq limit $1`,
);

/** Marks what was delivered as sent, and reads on in the order of sending. */
export const nextUnsent = (db: Database, limit: number, sent: readonly number[]): Promise<OutboxRow[]> =>
  sent.length === 0 ? db.query<OutboxRow>(UNSENT, [limit]) : db.query<OutboxRow>(MARK_AND_NEXT, [limit, sent]);

export const outboxAge = async (db: Database): Promise<number> => {
  const [row] = await db.query<{ age: number | null }>(
    `select extract(epoch from now() - (meta->>'occurredAt')::timestamptz)::float8 as age
     from outbox where sent_at is null order by seq limit 1`,
  );
  return Math.max(0, row?.age ?? 0);
};
