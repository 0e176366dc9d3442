import { statement, type Database } from '#database';
import { isOpen } from './open-messages';
import type { Claim } from './unit-of-work';

/** The number of parked messages of a key that become due together. */
const MAX_WOKEN = 32;

/** SQL: parks the later messages with the key of a held message, so that claims do not read them repeatedly. */
const parkSql = (from: string) => `
  update inbox i set held = true, next_at = 'infinity', claimed_by = 0, claimed_at = null from ${from} h
  where i.lane = h.lane and i.key = h.key and i.seq > h.seq and i.state = 'waiting' and ${isOpen('i')}
    and (i.claimed_by = 0 and i.next_at < 'infinity' or i.claimed_by = $3 and i.seq = any($4::bigint[]))`;

const isClaimedByMe = `seq = $1 and message_id = $2 and claimed_by = $3 and state = 'waiting'`;

const POSTPONE = statement(
  'inbox-put-off-2',
  `with off as (
     update inbox set held = true, next_at = now() + $5 * interval '1 millisecond', error = $6,
       attempts = attempts + case when $7 then 1 else 0 end, waits = waits + case when $7 then 0 else 1 end,
       failed_since = case when $7 then coalesce(failed_since, now()) else failed_since end,
       claimed_by = 0, claimed_at = null
     where ${isClaimedByMe} returning seq, lane, key),
   parked as (${parkSql('off')})
   select seq from off`,
);

const MAKE_DEAD = statement(
  'inbox-bury-2',
  `with dead as (
     update inbox set state = 'dead', held = true, attempts = attempts + 1, error = $5, claimed_by = 0, claimed_at = null
     where ${isClaimedByMe} returning seq, lane, key),
   parked as (${parkSql('dead')})
   select seq from dead`,
);

export interface PostponeOptions {
  readonly afterMs: number;
  readonly error: string;
  /** True if the failure counts as an attempt. */
  readonly counted: boolean;
}

/** Postpones a message and parks the messages behind it. False if the claim was lost before that. */
export async function postpone(
  db: Database,
  { seq, messageId, claimedBy }: Claim,
  behind: readonly number[],
  { afterMs, error, counted }: PostponeOptions,
): Promise<boolean> {
  return (await db.query(POSTPONE, [seq, messageId, claimedBy, behind, afterMs, error, counted])).length > 0;
}

const MAKE_DUE_NOW = statement(
  'inbox-hasten',
  `update inbox set next_at = now()
   where seq = any($1::bigint[]) and state = 'waiting' and held and claimed_by = 0 and next_at < 'infinity'`,
);

/** Makes postponed messages due now. */
export const makeDueNow = async (db: Database, seqs: readonly number[]): Promise<void> =>
  void (await db.query(MAKE_DUE_NOW, [seqs]));

/** Makes the message a dead letter. The messages behind it wait until it is redriven or dropped. */
export async function makeDead(
  db: Database,
  { seq, messageId, claimedBy }: Claim,
  behind: readonly number[],
  error: string,
): Promise<boolean> {
  return (await db.query(MAKE_DEAD, [seq, messageId, claimedBy, behind, error])).length > 0;
}

/** Makes the first parked messages of a key due now. It stops at the first dead or postponed message. */
const WAKE_PARKED = statement(
  'inbox-wake',
  `with front as materialized (
     select i.seq, i.state, i.next_at, row_number() over (order by i.seq) as place
     from (select b.seq, b.state, b.next_at from inbox b
           where b.lane = $1 and b.key = $2 and b.held and ${isOpen('b')} order by seq limit ${MAX_WOKEN}) i),
   cut as materialized (
     select coalesce(min(place), ${MAX_WOKEN + 1}) as place from front where state = 'dead' or next_at < 'infinity')
   update inbox i set next_at = now() from front f, cut
   where i.seq = f.seq and f.place < cut.place and i.state = 'waiting' and i.next_at = 'infinity' returning i.seq`,
);

/** Call this when a held message is done. The first messages that are parked behind it become due now. */
export const wakeParked = async (db: Database, lane: string, key: string): Promise<number> =>
  (await db.query(WAKE_PARKED, [lane, key])).length;

/**
 * Makes parked messages due if they are the first of their key. A message stays parked if it arrives while the held
 * message before it is being marked as done, or if `wakeParked` failed. When the woken message is done, the next ones
 * become due.
 */
export const wakeStranded = async (db: Database): Promise<number> =>
  (
    await db.query(
      `with recursive heads as (
         (select i.lane, i.key, i.seq, i.state, i.next_at from inbox i
          where i.held and ${isOpen('i')} order by i.lane, i.key, i.seq limit 1)
         union all
         select n.* from heads h cross join lateral (
           select i.lane, i.key, i.seq, i.state, i.next_at from inbox i
           where i.held and ${isOpen('i')} and (i.lane, i.key) > (h.lane, h.key)
           order by i.lane, i.key, i.seq limit 1) n)
       update inbox i set next_at = now() from heads h
       where i.seq = h.seq and h.state = 'waiting' and h.next_at = 'infinity'
         and i.state = 'waiting' and i.next_at = 'infinity' returning i.seq`,
    )
  ).length;

/**
 * Marks a dead letter as done if a saga has repeated its request. The repeated message has the same idempotency key,
 * and replaces the dead letter. So the messages of the key are handled again.
 */
export const closeRepeatedRequests = async (db: Database): Promise<number> =>
  (
    await db.query(
      `with replaced as (
         update inbox d set state = 'done', done_at = now(),
           error = 'asked again as ' || n.message_id || E'\\n' || coalesce(d.error, '')
         from inbox n
         where d.state = 'dead' and d.body->>'idempotencyKey' is not null
           and n.lane = d.lane and n.key = d.key and n.held and n.state = 'waiting' and ${isOpen('n')} and n.seq > d.seq
           and n.handler = d.handler and n.type = d.type and n.message_id <> d.message_id
           and n.body->>'idempotencyKey' = d.body->>'idempotencyKey'
         returning d.lane, d.key)
       select distinct lane, key from replaced`,
    )
  ).length;

/** Marks dead letters of older builds as held, so that the messages behind them wait. Older builds did not do that. */
export const holdDead = (db: Database) =>
  db.query(`update inbox set held = true where state = 'dead' and seq > 0 and not held`);

/** True if `wakeStranded`, `closeRepeatedRequests` or `holdDead` perhaps has something to do. */
export async function isAnyHeld(db: Database): Promise<boolean> {
  const [{ held }] = await db.query<{ held: boolean }>(
    `select exists (select from inbox i where i.held and ${isOpen('i')})
       or exists (select from inbox i where i.state = 'dead' and i.seq > 0 and not i.held) as held`,
  );
  return held;
}
