import { statement, type Database } from '#platform/database';
import { outboxInsert } from './outbox.store';
import { quickly } from './quickly';
import type { Envelope, MessageMeta } from './envelope';
import type { Claim } from './unit';

export interface InboxRow {
  readonly seq: number;
  readonly id: string;
  readonly handler: string;
  readonly lane: string;
  readonly key: string;
  readonly type: string;
  readonly body: object;
  readonly meta: MessageMeta;
  readonly attempts: number;
}

/** One row for each handler that hears it. What comes behind a dead message is parked until that is settled. */
const received = (from: string) => `
   insert into inbox (message_id, handler, lane, key, type, body, meta, next_at)
   select m.id, s.handler, s.lane, m.key, m.type, m.body, m.meta,
          case when exists (select from inbox d where d.lane = s.lane and d.key = m.key and d.state = 'dead')
               then 'infinity' else now() end
   from ${from} rows from (jsonb_to_recordset($1::jsonb) as (id uuid, type text, key text, body jsonb, meta jsonb))
     with ordinality as m(id, type, key, body, meta, place)
   join subscriptions s on s.type = m.type
   order by m.place
   on conflict (message_id, handler) do nothing`;

const RECEIVE = statement('inbox-receive', received(''));
const RECEIVE_QUICKLY = statement('inbox-receive-quickly', `with ${quickly} ${received('quick cross join')}`);

/** Quick delivery is for messages out of the same server, where losing it loses the mark that they were sent, too. */
export const receive = (db: Database, messages: readonly Envelope[], sameServer: boolean) =>
  db.query(sameServer ? RECEIVE_QUICKLY : RECEIVE, [JSON.stringify(messages)]);

const elsewhere = (insert: string) => `kept as (${insert} returning seq)
   select exists (select from subscriptions) as opened, exists (select from kept) as kept`;

const RECEIVE_ELSEWHERE = statement('inbox-receive-elsewhere', `with ${elsewhere(received(''))}`);
const RECEIVE_ELSEWHERE_QUICKLY = statement(
  'inbox-receive-elsewhere-quickly',
  `with ${quickly}, ${elsewhere(received('quick cross join'))}`,
);

/** For a context of another process: whether it was ever opened, and whether any of it was new to it. */
export const receiveElsewhere = async (db: Database, messages: readonly Envelope[], sameServer: boolean) => {
  const values = [JSON.stringify(messages)];
  const rows = await db.query<{ opened: boolean; kept: boolean }>(
    sameServer ? RECEIVE_ELSEWHERE_QUICKLY : RECEIVE_ELSEWHERE,
    values,
  );
  return rows[0];
};

/**
 * A message is ready when no earlier one of its lane and key is dead, claimed or put off; whole runs of one key are
 * claimed together, and worked off in order. What a concurrent claim has locked is skipped, and so are its followers.
 * Asked so often that planning it costs as much as running it: hidden in sub-queries, the arrays' lengths cannot talk
 * Postgres out of the plan it keeps, and `offset 0` keeps that plan a look-up per key, however full the inbox becomes.
 */
const CLAIM = statement(
  'inbox-claim',
  `with ${quickly},
   ready as materialized (
     select r.* from unnest((select $2::text[]), (select $3::int[])) as l(lane, room)
     cross join lateral (
       select h.seq, h.lane, h.key from inbox h
       where h.state = 'waiting' and h.lane = l.lane and h.claimed_by = 0 and h.next_at <= now()
         and not exists (
           select 1 from inbox e
           where e.lane = h.lane and e.key = h.key and e.seq < h.seq and e.state <> 'done'
             and (e.state = 'dead' or e.claimed_by <> 0 or e.next_at > h.next_at) offset 0)
       order by h.next_at, h.seq limit l.room for update skip locked) r),
   mine as (
     select seq from ready r
     where not exists (
       select 1 from inbox e
       where e.lane = r.lane and e.key = r.key and e.seq < r.seq and e.state <> 'done'
         and e.seq not in (select seq from ready) offset 0))
   update inbox i set claimed_by = $1, claimed_at = now() from mine, quick where i.seq = mine.seq
   returning i.seq, i.message_id as id, i.handler, i.lane, i.key, i.type, i.body, i.meta, i.attempts`,
);

/** Claims messages for this instance, of each lane as many as there is room for. */
export async function claim(
  db: Database,
  instance: number,
  lanes: readonly { readonly lane: string; readonly room: number }[],
): Promise<InboxRow[]> {
  const names = lanes.map(({ lane }) => lane);
  const rows = await db.query<InboxRow>(CLAIM, [instance, names, lanes.map(({ room }) => room)]);
  return rows.sort((a, b) => a.seq - b.seq);
}

/** SQL that counts the message once: no row comes back when somebody else has, or the claim was lost. */
export const inboxDone = (seq: string, claimedBy: string) => `
  update inbox set state = 'done', done_at = now(), claimed_by = 0, error = null
  where seq = ${seq} and claimed_by = ${claimedBy} and state = 'waiting' returning seq`;

export const timersSet = (parameter: string, gate = 'true') => `
  insert into timers (name, key, due_at, id, type, body, meta)
  select t.name, t.key, t."dueAt", (t.envelope->>'id')::uuid, t.envelope->>'type', t.envelope->'body', t.envelope->'meta'
  from jsonb_to_recordset(${parameter}::jsonb) as t(name text, key text, "dueAt" timestamptz, envelope jsonb)
  where ${gate}
  on conflict (name, key) do update set due_at = excluded.due_at, id = excluded.id,
    type = excluded.type, body = excluded.body, meta = excluded.meta`;

export const timersCancelled = (parameter: string, gate = 'true') => `
  delete from timers using jsonb_to_recordset(${parameter}::jsonb) as t(name text, key text)
  where timers.name = t.name and timers.key = t.key and ${gate}`;

const counted = 'exists (select from done)';

const DONE_QUICKLY = statement(
  'inbox-done-quickly',
  `with ${quickly}, mine as materialized (
     select i.seq from inbox i join unnest((select $1::bigint[]), (select $2::int[])) as c(seq, claimed_by) using (seq, claimed_by)
     where i.state = 'waiting' order by i.seq for update of i)
   update inbox i set state = 'done', done_at = now(), claimed_by = 0, error = null
   from mine, quick where i.seq = mine.seq returning i.seq`,
);

/** For handlers that wrote nothing: handling such a message again after a crash changes nothing either. */
export async function doneQuickly(db: Database, claims: readonly Claim[]): Promise<boolean[]> {
  const values = [claims.map(({ seq }) => seq), claims.map(({ claimedBy }) => claimedBy)];
  const done = new Set((await db.outside(() => db.query<{ seq: number }>(DONE_QUICKLY, values))).map(({ seq }) => seq));
  return claims.map(({ seq }) => done.has(seq));
}

export const DONE = statement('inbox-done', inboxDone('$1', '$2'));

export const DONE_AND_SENT = statement(
  'inbox-done-sent',
  `with done as (${inboxDone('$1', '$2')}), sent as (${outboxInsert('$3', counted)}) select seq from done`,
);

export const DONE_SENT_AND_TIMED = statement(
  'inbox-done-sent-timed',
  `with done as (${inboxDone('$1', '$2')}),
   sent as (${outboxInsert('$3', counted)}),
   timed as (${timersSet('$4', counted)}),
   cancelled as (${timersCancelled('$5', counted)})
   select seq from done`,
);

const PUT_OFF = statement(
  'inbox-put-off',
  `update inbox set
     attempts = attempts + case when seq = $1 then 1 else 0 end,
     next_at = case when seq = $1 then now() + $4 * interval '1 millisecond' else next_at end,
     error = case when seq = $1 then $5 else error end,
     claimed_by = 0, claimed_at = null
   where (seq = $1 or seq = any($3::bigint[])) and claimed_by = $2 and state = 'waiting'`,
);

const BURY = statement(
  'inbox-bury',
  `with dead as (
     update inbox set state = 'dead', attempts = attempts + 1, error = $4, claimed_by = 0, claimed_at = null
     where seq = $1 and claimed_by = $2 and state = 'waiting' returning seq, lane, key),
   parked as (
     update inbox i set next_at = 'infinity', claimed_by = 0, claimed_at = null from dead
     where i.lane = dead.lane and i.key = dead.key and i.seq > dead.seq and i.state = 'waiting'
       and (i.claimed_by = 0 or i.claimed_by = $2 and i.seq = any($3::bigint[])))
   select seq from dead`,
);

/** Tried again later; what was claimed behind it is let go, for it must wait. */
export const putOff = (db: Database, { seq, claimedBy }: Claim, behind: number[], afterMs: number, error: string) =>
  db.query(PUT_OFF, [seq, claimedBy, behind, afterMs, error]);

/** A dead letter: its followers wait until it is re-driven or given up. */
export const bury = (db: Database, { seq, claimedBy }: Claim, behind: number[], error: string) =>
  db.query(BURY, [seq, claimedBy, behind, error]);

const RELEASE = statement(
  'inbox-release',
  `update inbox set claimed_by = 0, claimed_at = null
   where state = 'waiting' and claimed_by = $1 and seq = any($2::bigint[])`,
);

export const release = (db: Database, instance: number, seqs: readonly number[]) => db.query(RELEASE, [instance, seqs]);

const LOOK_ROUND = statement(
  'inbox-look-round',
  `with recursive lanes as (
     (select lane from inbox where state = 'waiting' order by lane limit 1)
     union all
     select (select i.lane from inbox i where i.state = 'waiting' and i.lane > l.lane order by i.lane limit 1)
     from lanes l where l.lane is not null)
   select array(select lane from lanes where lane is not null) as lanes,
     array(select distinct i.claimed_by from lanes l join inbox i
       on i.lane = l.lane and i.state = 'waiting' and i.claimed_by > 0) as claimants`,
);

/** The lanes with something to do, known here or not, and who has claims. */
export const lookRound = async (db: Database): Promise<{ lanes: string[]; claimants: number[] }> =>
  (await db.query<{ lanes: string[]; claimants: number[] }>(LOOK_ROUND))[0];

const FREE = statement(
  'inbox-free',
  `update inbox set claimed_by = 0, claimed_at = null
   where state = 'waiting' and claimed_by > 0
     and (claimed_by = any($1::int[]) or claimed_by = $2 and seq <> all($3::bigint[])) returning seq`,
);

/** Frees what the dead had claimed, and what this instance claimed without ever hearing of it (an answer was lost). */
export const freeStale = async (db: Database, dead: readonly number[], instance: number, held: readonly number[]) =>
  (await db.query(FREE, [dead, instance, held])).length;

/**
 * A message that came while a dead one of its key was being settled may have seen it dead still, and wait behind nobody.
 * It is found here.
 */
export const wakeStranded = async (db: Database, lanes: readonly string[]): Promise<number> =>
  (
    await db.execute(
      `update inbox i set next_at = now()
       where i.state = 'waiting' and i.claimed_by = 0 and i.next_at = 'infinity' and i.lane = any($1::text[])
         and not exists (
           select from inbox d where d.lane = i.lane and d.key = i.key and d.state = 'dead' and d.seq < i.seq)`,
      [lanes],
    )
  ).count;

export interface Subscription {
  readonly type: string;
  readonly handler: string;
  readonly lane: string;
}

const SUBSCRIBE = statement(
  'subscribe',
  `with heard as (
     select * from jsonb_to_recordset($1::jsonb) as s(type text, handler text, lane text)),
   gone as (
     delete from subscriptions o where not exists (
       select 1 from heard h where h.type = o.type and h.handler = o.handler))
   insert into subscriptions select type, handler, lane from heard
   on conflict (type, handler) do update set lane = excluded.lane where subscriptions.lane <> excluded.lane`,
);

/** Of a context that hears nothing: others must be able to tell it from one that was never opened. */
const NOTHING: Subscription = { type: 'nothing', handler: 'nobody', lane: 'none' };

export const subscribe = (db: Database, heard: readonly Subscription[]) =>
  db.query(SUBSCRIBE, [JSON.stringify(heard.length > 0 ? heard : [NOTHING])]);

export const inboxFigures = async (db: Database): Promise<{ lag: number; waiting: number; dead: number }> => {
  const [row] = await db.query<{ lag: number; waiting: number; dead: number }>(
    `select coalesce(extract(epoch from now() - min(received_at) filter (where state = 'waiting' and next_at < 'infinity')), 0)::float8 as lag,
            count(*) filter (where state = 'waiting')::int as waiting,
            count(*) filter (where state = 'dead')::int as dead
     from inbox where state <> 'done'`,
  );
  return row;
};
