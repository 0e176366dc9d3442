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

const moved = 'exists (select from moved)';

/**
 * The whole step: the claim must still be held and the process must stand where it was seen; else nothing is written.
 */
const STEP = statement(
  'process-step',
  `with claim as materialized (
     select seq from inbox where seq = $1 and claimed_by = $2 and state = 'waiting' for update),
   moved as (
     insert into processes (name, id, definition, version, state)
     select $3::text, $4::text, $5::int, $6::int + 1, $7::jsonb from claim
     on conflict (name, id) do update set version = excluded.version, state = excluded.state, changed_at = now()
       where processes.version = $6::int
     returning version),
   done as (
     update inbox set state = 'done', done_at = now(), claimed_by = 0, error = null
     where seq = $1 and ${moved}),
   noted as (
     insert into process_journal (name, id, version, heard, message_id, note, asked)
     select $3::text, $4::text, version, $8::text, $9::uuid, $10::text, $11::text[] from moved),
   sent as (${outboxInsert('$12', moved)}),
   timed as (${timersSet('$13', moved)}),
   cancelled as (${timersCancelled('$14', moved)})
   select (select count(*) from claim)::int as claimed, (select count(*) from moved)::int as moved`,
);

export interface Step {
  readonly claim: Claim;
  readonly process: string;
  readonly id: string;
  readonly heard: Envelope;
  /** Where the process stood. */
  readonly from: Standing<unknown>;
  /** As JSON. */
  readonly state: string;
  readonly note: string;
  readonly asks: readonly Envelope[];
  readonly timers: readonly TimerChange[];
}

export async function takeStep(db: Database, step: Step): Promise<'taken' | 'overtaken' | 'claim lost'> {
  const { claim, process, id, heard, from, state, note, asks, timers } = step;
  const [row] = await db.query<{ claimed: number; moved: number }>(STEP, [
    ...[claim.seq, claim.claimedBy, process, id, from.definition, from.version, state],
    ...[heard.type, heard.id, note, asks.map(({ type }) => type)],
    ...[outboxValue(asks), toSet(timers), toCancel(timers)],
  ]);
  if (row.moved === 1) return 'taken';
  return row.claimed === 1 ? 'overtaken' : 'claim lost';
}
