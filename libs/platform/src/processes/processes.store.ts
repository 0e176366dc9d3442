import { statement, type Database } from '#platform/database';
import {
  outboxInsert,
  outboxValue,
  timersCancelled,
  timersSet,
  toCancel,
  toSet,
  type Claim,
  type Envelope,
  type TimerChange,
} from '#platform/messaging';
import type { Stands } from './definition';

/** Versions of the definition that unfinished processes began with and that are not among the given ones. */
export const strangeDefinitions = (db: Database, name: string, known: readonly number[]) =>
  db.query<{ definition: number; count: number }>(
    `select definition, count(*)::int as count from processes
     where status <> 'over' and name = $1 and definition <> all($2::int[]) group by 1 order by 1`,
    [name, known],
  );

/** A process as it was last seen; version 0 has not begun. */
export interface Standing<State> {
  readonly definition: number;
  readonly version: number;
  readonly state: State;
}

const LOAD = statement(
  'processes-load',
  'select id, definition, version, state from processes where name = $1 and id = any($2::text[])',
);

export const loadProcesses = <State>(db: Database, name: string, ids: readonly string[]) =>
  db.query<Standing<State> & { id: string }>(LOAD, [name, ids]);

/**
 * Whole steps of different processes: of each the claim must still be held and the process must stand where it was
 * seen; else nothing of it is written.
 */
const STEPS = statement(
  'process-steps',
  `with given as materialized (
     select * from jsonb_to_recordset($1::jsonb) as g(seq bigint, by int, name text, id text, definition int,
       version int, state jsonb, status text, step text, waiting_for text, asked_again int, attention text,
       heard text, message_id uuid, happened_at timestamptz, attempts int, note text, asked text[], asked_keys text[],
       timers jsonb, asks uuid[])),
   claim as materialized (
     select i.seq from inbox i join given g on i.seq = g.seq and i.claimed_by = g.by
     where i.state = 'waiting' order by i.seq for update of i),
   moved as (
     insert into processes as p (name, id, definition, version, state, status, step, waiting_for, asked, attention)
     select name, id, definition, version + 1, state, status, step, waiting_for, asked_again, attention
     from given join claim using (seq) order by name, id
     on conflict (name, id) do update set version = excluded.version, state = excluded.state, changed_at = now(),
         status = excluded.status, step = excluded.step, waiting_for = excluded.waiting_for, asked = excluded.asked,
         attention = excluded.attention,
         since = case when p.step = excluded.step and p.status = excluded.status then p.since else now() end
       where p.version = excluded.version - 1
     returning name, id),
   step as (select g.* from given g join moved using (name, id)),
   done as (
     update inbox i set state = 'done', done_at = now(), claimed_by = 0, error = null from step where i.seq = step.seq),
   noted as (
     insert into process_journal (name, id, version, heard, message_id, happened_at, attempts, note, asked, asked_keys,
       timers, handled_by)
     select name, id, version + 1, heard, message_id, happened_at, attempts, note, asked, asked_keys, timers, by from step),
   sent as (${outboxInsert('$2', 'm.id in (select unnest(asks) from step)')}),
   timed as (${timersSet('$3', 't.key in (select id from step)')}),
   cancelled as (${timersCancelled('$4', 't.key in (select id from step)')})
   select seq, seq in (select seq from claim) as claimed, seq in (select seq from step) as moved from given`,
);

export interface Step {
  readonly claim: Claim;
  readonly process: string;
  readonly id: string;
  readonly heard: Envelope;
  /** Where the process stood. */
  readonly from: Standing<unknown>;
  readonly state: object;
  readonly stands: Stands;
  readonly note: string;
  /** How often the message has been tried, this time included. */
  readonly attempts: number;
  readonly asks: readonly Envelope[];
  readonly timers: readonly TimerChange[];
}

const keysOf = (asks: readonly Envelope[]): (string | null)[] | null => {
  const keys = asks.map(({ body }) => (body as { idempotencyKey?: string }).idempotencyKey ?? null);
  return keys.some((key) => key !== null) ? keys : null;
};

export type Outcome = 'taken' | 'overtaken' | 'claim lost';

/** One statement for all; no two of one process. */
export async function takeSteps(db: Database, steps: readonly Step[]): Promise<Outcome[]> {
  const given = steps.map(({ claim, process, id, heard, from, state, stands, note, attempts, asks, timers: set }) => ({
    ...{ seq: claim.seq, by: claim.claimedBy, name: process, id },
    ...{ definition: from.definition, version: from.version, state },
    ...{ status: stands.status, step: stands.step, waiting_for: stands.waitingFor },
    ...{ asked_again: stands.asked, attention: stands.attention },
    ...{ heard: heard.type, message_id: heard.id, happened_at: heard.meta.occurredAt, attempts, note },
    ...{ asked: asks.map(({ type }) => type), asked_keys: keysOf(asks), asks: asks.map((ask) => ask.id) },
    timers: set.length > 0 ? set.map(({ name, dueAt }) => ({ name: name.slice(process.length + 1), dueAt })) : null,
  }));
  const timers = steps.flatMap((step) => step.timers);
  const rows = await db.outside(() =>
    db.query<{ seq: number; claimed: boolean; moved: boolean }>(STEPS, [
      JSON.stringify(given),
      ...[outboxValue(steps.flatMap(({ asks }) => asks)), toSet(timers), toCancel(timers)],
    ]),
  );
  const outcomes = new Map<number, Outcome>(
    rows.map(({ seq, claimed, moved }) => [seq, moved ? 'taken' : claimed ? 'overtaken' : 'claim lost']),
  );
  return steps.map(({ claim }) => outcomes.get(claim.seq)!);
}
