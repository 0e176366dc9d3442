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
       version int, state jsonb, heard text, message_id uuid, note text, asked text[], asks uuid[])),
   claim as materialized (
     select i.seq from inbox i join given g on i.seq = g.seq and i.claimed_by = g.by
     where i.state = 'waiting' order by i.seq for update of i),
   moved as (
     insert into processes as p (name, id, definition, version, state)
     select name, id, definition, version + 1, state from given join claim using (seq) order by name, id
     on conflict (name, id) do update set version = excluded.version, state = excluded.state, changed_at = now()
       where p.version = excluded.version - 1
     returning name, id),
   step as (select g.* from given g join moved using (name, id)),
   done as (
     update inbox i set state = 'done', done_at = now(), claimed_by = 0, error = null from step where i.seq = step.seq),
   noted as (
     insert into process_journal (name, id, version, heard, message_id, note, asked)
     select name, id, version + 1, heard, message_id, note, asked from step),
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
  readonly note: string;
  readonly asks: readonly Envelope[];
  readonly timers: readonly TimerChange[];
}

export type Outcome = 'taken' | 'overtaken' | 'claim lost';

/** One statement for all; no two of one process. */
export async function takeSteps(db: Database, steps: readonly Step[]): Promise<Outcome[]> {
  const given = steps.map(({ claim, process, id, heard, from, state, note, asks }) => ({
    ...{ seq: claim.seq, by: claim.claimedBy, name: process, id },
    ...{ definition: from.definition, version: from.version, state },
    ...{ heard: heard.type, message_id: heard.id, note },
    ...{ asked: asks.map(({ type }) => type), asks: asks.map((ask) => ask.id) },
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
