import { randomUUID } from 'node:crypto';
import type { ContextName } from '#platform/config';
import { statement, type Database } from '#database';
import type { Envelope } from '../messages/envelope';
import { asyncCommit } from '../inbox/async-commit';

export interface OutboxRow extends Envelope {
  readonly seq: number;
}

/**
 * Messages that must be marked as sent. `owed` lists those that an unavailable receiver must still get.
 */
export interface Sent {
  readonly rows: readonly OutboxRow[];
  readonly owed: readonly { readonly receiver: ContextName; readonly seq: number }[];
}

export const NOTHING_SENT: Sent = { rows: [], owed: [] };

/** Another process relays this outbox now, or the server has crashed. So this relay must read its state again. */
export class FenceLost extends Error {
  constructor(context: ContextName) {
    super(`the outbox of ${context} has another relay, or its server has crashed`);
    this.name = 'FenceLost';
  }
}

/**
 * Makes this relay the only one that can mark messages as sent, and returns its token. If another relay is marking
 * messages, this waits for it, because that relay locks the token's row. A backup that reads the table causes no
 * delay.
 */
export async function takeFence(db: Database): Promise<string> {
  const token = randomUUID();
  await db.transaction(async () => {
    await db.query('lock table outbox_fence in exclusive mode');
    await db.query('delete from outbox_fence');
    await db.query('insert into outbox_fence (token) values ($1)', [token]);
  });
  return token;
}

/**
 * SQL: the next unsent messages. `stands` is true if the token is still valid. If there is no message, the result is
 * one row with `stands` only.
 */
const nextSql = (token: string, unsent: string) => `
  select f.stands, b.* from (select exists (select from outbox_fence where token = ${token}) as stands) f
  left join lateral (
    select seq, id, type, key, body, meta from outbox
    where sent_at is null and ${unsent} order by seq limit $1) b on f.stands`;

const UNSENT = statement('outbox-next', nextSql('$2', 'seq > $3'));

const MARK_AND_NEXT = statement(
  'outbox-mark-owe-and-next',
  `with ${asyncCommit},
   fence as materialized (select token from outbox_fence where token = $2 for key share),
   sent as (
     update outbox set sent_at = now() from quick, fence
     where seq = any($4::bigint[]) and id = any($5::uuid[]) and sent_at is null),
   owed as (
     insert into outbox_owed (receiver, seq)
     select receiver, seq from fence, unnest($6::text[], $7::bigint[]) as o(receiver, seq) on conflict do nothing)
   ${nextSql('$2', 'seq > $3 and seq <> all($4::bigint[])')}`,
);

export interface ReadOptions {
  /** The maximum number of messages. */
  readonly limit: number;
  readonly token: string;
  /** All unsent messages have larger numbers than this one. */
  readonly above: number;
  readonly sent: Sent;
}

/**
 * Marks the delivered messages as sent, and reads the next ones in the order of sending. If the fence is lost, it marks
 * nothing and throws FenceLost.
 */
export async function markSentAndReadNext(
  db: Database,
  { limit, token, above, sent }: ReadOptions,
): Promise<OutboxRow[]> {
  const from = [limit, token, above];
  const found = await (sent.rows.length === 0
    ? db.query<OutboxRow & { stands: boolean }>(UNSENT, from)
    : db.query<OutboxRow & { stands: boolean }>(MARK_AND_NEXT, [...from, ...valuesOf(sent)]));
  if (!found[0].stands) throw new FenceLost(db.context);
  return found.filter(({ seq }) => seq !== null);
}

const valuesOf = ({ rows, owed }: Sent) => [
  rows.map(({ seq }) => seq),
  rows.map(({ id }) => id),
  owed.map(({ receiver }) => receiver),
  owed.map(({ seq }) => seq),
];

const BELOW = statement(
  'outbox-below-mark',
  'select seq from outbox where sent_at is null and seq <= $1 order by seq limit 1',
);

/** The first unsent message with a number at or below the mark. If there is one, the mark is wrong. */
export const readUnsentBelow = async (db: Database, mark: number): Promise<number | undefined> =>
  (await db.query<{ seq: number }>(BELOW, [mark]))[0]?.seq;

const AGE = statement(
  'outbox-age',
  `select extract(epoch from now() - (meta->>'occurredAt')::timestamptz)::float8 as age
   from outbox where sent_at is null and seq > $1 order by seq limit 1`,
);

export const readOutboxAge = async (db: Database, above: number): Promise<number> =>
  Math.max(0, (await db.query<{ age: number }>(AGE, [above]))[0]?.age ?? 0);
