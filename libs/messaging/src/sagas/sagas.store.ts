import { inMicros } from '#kernel';
import { hasSqlState, SqlState, statement, type Database } from '#database';
import { lineMac } from '#messaging/journals';
import type { ContextName } from '#platform/config';
import type { MacKey } from '#platform/macs';
import {
  HANDED,
  sendingStatement,
  sentOfSql,
  cancelTimersSql,
  setTimersSql,
  timersToCancel,
  timersToSet,
  type Claim,
  type Envelope,
  type HandOverResult,
  type Outbox,
  type TimerChange,
  type SendingStatement,
  type Way,
} from '#messaging';
import type { SagaStatus } from './definition';
import { macContentOf, type SagaLine } from './saga-line';
import type { StepRecords } from './step-records';

/** Finds the versions of the definition that unfinished sagas use, except the known ones. */
export const findUnknownVersions = (db: Database, name: string, known: readonly number[]) =>
  db.query<{ definition: number; count: number }>(
    `select definition, count(*)::int as count from processes
     where status <> 'over' and name = $1 and definition <> all($2::int[]) group by 1 order by 1`,
    [name, known],
  );

/** The stored state of a saga, or the initial state with version 0 if the saga has not begun. */
export interface SagaRecord<State> {
  readonly definition: number;
  readonly version: number;
  readonly state: State;
}

const LOAD = statement(
  'sagas-load',
  'select id, definition, version, state from processes where name = $1 and id = any($2::text[])',
);

export const loadSagas = <State>(db: Database, name: string, ids: readonly string[]) =>
  db.query<SagaRecord<State> & { id: string }>(LOAD, [name, ids]);

/** Leaves out the steps of sagas whose rows another transaction has locked. */
const WITHOUT_LOCKED = `
   free as materialized (
     select p.name, p.id from (select name, id from given order by name, id) g cross join lateral (
       select p.name, p.id from processes p where p.name = g.name and p.id = g.id offset 0 for update of p skip locked) p),
   locked as materialized (
     select g.seq from given g join processes p on p.name = g.name and p.id = g.id
     where not exists (select from free f where f.name = g.name and f.id = g.id)),`;

/**
 * Writes complete steps of different sagas. A step is written only if its claim is still held and its saga still has
 * the version that was read.
 */
const stepsSql = (way: Way, records: StepRecords | undefined, free = '') => `with given as materialized (
     select * from jsonb_to_recordset($1::jsonb) as g(seq bigint, by int, name text, id text, definition int,
       version int, state jsonb, status text, step text, waiting_for text, asked_again int, attention text,
       heard text, message_id uuid, happened_at timestamptz, attempts int, note text, asked text[], asked_keys text[],
       timers jsonb, handled_by int, asks uuid[], marked_at timestamptz, mac bytea)),
   -- one index look-up for each number: a plan from the time of a small inbox would read the whole inbox for ever
   claim as materialized (
     select i.seq from (select * from given where seq > 0 and by >= 0 order by seq) g cross join lateral (
       select i.seq from inbox i
       where i.seq = g.seq and i.message_id = g.message_id and i.claimed_by = g.by and i.state || '' = 'waiting'
       offset 0 for update of i) i),
${free}   moved as (
     insert into processes as p (name, id, definition, version, state, status, step, waiting_for, asked, attention)
     select name, id, definition, version + 1, state, status, step, waiting_for, asked_again, attention
     from given join claim using (seq)
     ${free && 'where seq not in (select seq from locked)'} order by name, id
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
       timers, handled_by, marked_at, mac)
     select name, id, version + 1, heard, message_id, happened_at, attempts, note, asked, asked_keys, timers, handled_by, marked_at,
       mac from step),
${records ? `   recorded as (${records.insert('$5', 'select message_id from step')}),\n` : ''}   ${sentOfSql(way, '$2', 'select unnest(asks) from step')},
   timed as (${setTimersSql('$3', 't.key in (select id from step)')}),
   cancelled as (${cancelTimersSql('$4', 't.key in (select id from step)')})
   select seq, seq in (select seq from claim) as claimed, seq in (select seq from step) as moved,
     ${free ? 'seq in (select seq from locked)' : 'false'} as locked, ${HANDED} from given`;

/** The statements that write the steps of a saga. */
export interface StepStatements {
  readonly hasRecords: boolean;
  readonly all: SendingStatement;
  readonly withoutLocked: SendingStatement;
}

export function stepStatements(records?: StepRecords): StepStatements {
  const name = records ? `saga-steps-${records.name}` : 'saga-steps';
  return {
    hasRecords: records !== undefined,
    all: sendingStatement(name, (way) => stepsSql(way, records)),
    withoutLocked: sendingStatement(`${name}-of-free`, (way) => stepsSql(way, records, WITHOUT_LOCKED)),
  };
}

export interface Step {
  readonly claim: Claim;
  readonly saga: string;
  readonly id: string;
  readonly heard: Envelope;
  /** The saga's state before the step. */
  readonly before: SagaRecord<unknown>;
  readonly state: object;
  readonly status: SagaStatus;
  readonly note: string;
  /** The number of attempts to handle the message, including this one. */
  readonly attempts: number;
  readonly asks: readonly Envelope[];
  readonly timers: readonly TimerChange[];
  /** The row of `StepRecords` for the message. */
  readonly record?: object | undefined;
}

const idempotencyKeysOf = (asks: readonly Envelope[]): (string | null)[] | null => {
  const keys = asks.map(({ body }) => (body as { idempotencyKey?: string }).idempotencyKey ?? null);
  return keys.some((key) => key !== null) ? keys : null;
};

/** `locked`: another transaction holds the saga's row. Only `skipLocked` gives this outcome. */
export type StepOutcome = 'taken' | 'overtaken' | 'claim lost' | 'locked';

/** Null if the time is missing or wrong, as in a message that was corrected by hand. Its step is still taken. */
function parseInstant(text: string | undefined): string | null {
  const instant = new Date(text ?? NaN);
  return Number.isNaN(instant.getTime()) ? null : inMicros(instant.toISOString());
}

/** What a journal line contains about a step. */
export type LineOfStep = Pick<Step, 'claim' | 'saga' | 'id' | 'note' | 'attempts' | 'asks' | 'timers'> & {
  readonly before: Pick<SagaRecord<unknown>, 'version'>;
  readonly heard: Pick<Envelope, 'id' | 'type'> & { readonly meta: Pick<Envelope['meta'], 'occurredAt'> };
};

/** The journal line of the step. `markedAt` is the time of this process. The database adds its own time as `at`. */
const journalLineOf = (
  { claim, saga, id, heard, before, note, attempts, asks, timers }: LineOfStep,
  now: Date,
): SagaLine => ({
  ...{ name: saga, id, version: before.version + 1 },
  ...{ heard: heard.type, messageId: heard.id, happenedAt: parseInstant(heard.meta.occurredAt) },
  ...{ attempts, note, asked: asks.map(({ type }) => type), askedKeys: idempotencyKeysOf(asks) },
  timers:
    timers.length > 0
      ? timers.map(({ name, afterSeconds }) => ({ name: name.slice(saga.length + 1), afterSeconds }))
      : null,
  ...{ handledBy: claim.instance ?? claim.claimedBy, markedAt: inMicros(now.toISOString()) },
});

const macOf = (key: MacKey, context: ContextName, line: SagaLine): string =>
  `\\x${lineMac(key, macContentOf(context, line)).toString('hex')}`;

const statusColumns = ({ status, step, waitingFor, asked, attention }: SagaStatus) => ({
  ...{ status, step, waiting_for: waitingFor, asked_again: asked, attention },
});

const lineColumns = (line: SagaLine) => ({
  ...{ heard: line.heard, message_id: line.messageId, happened_at: line.happenedAt, attempts: line.attempts },
  ...{ note: line.note, asked: line.asked, asked_keys: line.askedKeys, timers: line.timers },
  ...{ handled_by: line.handledBy, marked_at: line.markedAt },
});

interface WriteOptions {
  readonly statements: StepStatements;
  /** Makes the MACs of the journal lines. */
  readonly key: MacKey;
  readonly now: Date;
  /** Leaves out sagas whose rows are locked. Without it, the statement waits for a lock, and then fails (55P03). */
  readonly skipLocked: boolean;
}

/** Writes all steps in one statement. Each step must be of a different saga. */
export async function takeSteps(
  outbox: Outbox,
  steps: readonly Step[],
  { statements, key, now, skipLocked }: WriteOptions,
): Promise<StepOutcome[]> {
  const { db } = outbox;
  const sending = outbox.sending(steps.flatMap(({ asks }) => asks));
  const given = steps.map((step) => {
    const { claim, before, state, status, asks } = step;
    const line = journalLineOf(step, now);
    return {
      ...{ seq: claim.seq, by: claim.claimedBy, name: line.name, id: line.id },
      ...{ definition: before.definition, version: before.version, state },
      ...statusColumns(status),
      ...lineColumns(line),
      ...{ asks: asks.map((ask) => ask.id), mac: macOf(key, db.context, line) },
    };
  });
  const timers = steps.flatMap((step) => step.timers);
  const recorded = statements.hasRecords ? [JSON.stringify(steps.flatMap(({ record }) => record ?? []))] : [];
  const rows = await db.outsideTransaction(() =>
    db.query<{ seq: number; claimed: boolean; moved: boolean; locked: boolean; handed: HandOverResult | null }>(
      (skipLocked ? statements.withoutLocked : statements.all)[sending.way],
      [JSON.stringify(given), sending.value, timersToSet(timers), timersToCancel(timers), ...recorded],
    ),
  );
  sending.sent(rows[0]?.handed);
  const outcomes = new Map<number, StepOutcome>(
    rows.map(({ seq, claimed, moved, locked }) => [
      seq,
      moved ? 'taken' : !claimed ? 'claim lost' : locked ? 'locked' : 'overtaken',
    ]),
  );
  return steps.map(({ claim }) => outcomes.get(claim.seq)!);
}

/** Several steps of one saga, as JSON values for another statement, such as an append of events. */
export interface StepsAsJson {
  readonly saga: string;
  readonly lines: string;
}

/** The last state of the saga, and a journal line for each step. */
export function stepsAsJson(
  lines: readonly LineOfStep[],
  after: { readonly state: object; readonly status: SagaStatus },
  { key, now, context }: { readonly key: MacKey; readonly now: Date; readonly context: ContextName },
): StepsAsJson {
  const [first] = lines;
  const { version } = first.before;
  return {
    saga: JSON.stringify({
      ...{ name: first.saga, id: first.id, before: version, version: version + lines.length, state: after.state },
      ...statusColumns(after.status),
    }),
    lines: JSON.stringify(
      lines.map((one) => {
        const line = journalLineOf(one, now);
        const { name, id } = line;
        return { ...{ name, id, version: line.version }, ...lineColumns(line), mac: macOf(key, context, line) };
      }),
    ),
  };
}

/**
 * SQL for another statement, such as an append of events: an update of a saga that has begun. `saga` is a parameter.
 * Updates no row if `condition` is false, or if the saga has another version than the one that was read.
 */
export const sagaMovedSql = (saga: string, condition: string): string => `
  update processes p set version = g.version, state = g.state, changed_at = now(), status = g.status, step = g.step,
    waiting_for = g.waiting_for, asked = g.asked_again, attention = g.attention,
    since = case when p.step = g.step and p.status = g.status then p.since else now() end
  from jsonb_to_record(${saga}::jsonb) as g(name text, id text, before int, version int, state jsonb, status text,
    step text, waiting_for text, asked_again int, attention text)
  where ${condition} and p.name = g.name and p.id = g.id and p.version = g.before returning p.id`;

export const isSagaOvertaken = (error: unknown): boolean => hasSqlState(error, SqlState.divisionByZero);

/**
 * SQL for another statement, such as an append of events: the journal lines of the steps. `lines` is a parameter.
 * `moved` is the part with `sagaMovedSql`. If it should have updated the saga and did not, the division by zero rolls
 * back the whole statement. Returns the ids of the handled messages.
 */
export const sagaLinesSql = (lines: string, moved: string, condition: string): string => `
  insert into process_journal (name, id, version, heard, message_id, happened_at, attempts, note, asked, asked_keys,
    timers, handled_by, marked_at, mac)
  select name, id, version, heard, message_id, happened_at, attempts, note, asked, asked_keys, timers, handled_by,
    marked_at, mac
  from jsonb_to_recordset(${lines}::jsonb) as g(name text, id text, version int, heard text, message_id uuid,
    happened_at timestamptz, attempts int, note text, asked text[], asked_keys text[], timers jsonb, handled_by int,
    marked_at timestamptz, mac bytea)
  where case when ${condition} then 1 / (select count(*) from ${moved}) = 1 else false end
  returning message_id`;
