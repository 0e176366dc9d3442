import { statement, type Database } from '#database';
import { PARKED_COLUMNS, parkedBehind, cancelTimersSql, setTimersSql } from '../inbox/inbox.store';
import { asyncCommit } from '../inbox/async-commit';
import type { TimerChange } from './timer';

export const timersToSet = (changes: readonly TimerChange[]): string =>
  JSON.stringify(changes.filter(({ afterSeconds }) => afterSeconds !== null));
export const timersToCancel = (changes: readonly TimerChange[]): string =>
  JSON.stringify(changes.filter(({ afterSeconds }) => afterSeconds === null));

const SET = statement('timers-set', setTimersSql('$1'));
const CANCEL = statement('timers-cancel', cancelTimersSql('$1'));

export async function setTimers(db: Database, changes: readonly TimerChange[]): Promise<void> {
  if (changes.some(({ afterSeconds }) => afterSeconds !== null)) await db.query(SET, [timersToSet(changes)]);
}

export async function cancelTimers(db: Database, changes: readonly TimerChange[]): Promise<void> {
  if (changes.some(({ afterSeconds }) => afterSeconds === null)) await db.query(CANCEL, [timersToCancel(changes)]);
}

/** A timer without a subscriber stays, because a build that handles it can start later. */
const hasSubscriber = 'exists (select from subscriptions s where s.type = t.type)';

/**
 * If the lane is behind, the answer that a timer waits for is perhaps in the queue already. Firing the timer would add
 * more messages to that queue. So the timer waits until the lane has caught up, but at most five minutes.
 */
const isNotTooEarly = (behind: string) => `not (t.due_at > now() - interval '5 minutes'
  and exists (select from subscriptions s where s.type = t.type and s.lane = any(${behind}::text[])))`;

const fireSql = (range: string, behind: string, more: string) => `with ${asyncCommit},
   picked as materialized (
     select t.name, t.key from timers t where t.due_at <= now() and ${range} and ${hasSubscriber} and ${isNotTooEarly(behind)}
     order by t.due_at limit $1 for update of t skip locked),
   due as (
     delete from timers t using picked p, quick where t.name = p.name and t.key = p.key
     returning t.id, t.key, t.type, t.body, t.meta, t.due_at),
   arrived as (
     insert into inbox (message_id, handler, lane, key, type, body, meta, held, next_at)
     select d.id, s.handler, s.lane, d.key, d.type, d.body, d.meta, ${PARKED_COLUMNS}
     from due d join subscriptions s on s.type = d.type ${parkedBehind('s.lane', 'd.key')}
     order by d.due_at
     on conflict (message_id, handler) do nothing)
   select count(*)::int as fired, (now() - interval '5 seconds')::text as through,
     (select extract(epoch from min(due_at) - now())::float8 * 1000 from timers where due_at > now()) as next${more}
   from due`;

const FIRE_ALL = statement(
  'timers-fire-all',
  fireSql(
    'true',
    '$2',
    `,\n     (select count(*)::int from timers t where t.due_at <= now() and not ${hasSubscriber}) as unheard`,
  ),
);
const FIRE_RECENT = statement('timers-fire-recent', fireSql('t.due_at >= $2::timestamptz', '$3', ''));

export interface FireResult {
  readonly fired: number;
  /**
   * The due time from which the next read can start, if this read returned all timers. Older rows are dead: their
   * timers have fired.
   */
  readonly through: string;
  /** The time until the next timer is due, if there is one. */
  readonly nextMs: number | null;
  /** The number of due timers without a subscriber. Only a read of all timers knows it. */
  readonly unheard?: number;
}

/**
 * Moves due timers into the context's own inbox. Without `since`, it reads all due timers. With `since` (`through` of
 * an earlier call), its cost does not grow with the dead rows that an open snapshot keeps. `behind` are the lanes that
 * have not caught up.
 */
export async function fireTimers(
  db: Database,
  limit: number,
  since?: string,
  behind: readonly string[] = [],
): Promise<FireResult> {
  const [{ next, ...row }] = await (since === undefined
    ? db.query<Omit<FireResult, 'nextMs'> & { next: number | null }>(FIRE_ALL, [limit, behind])
    : db.query<Omit<FireResult, 'nextMs'> & { next: number | null }>(FIRE_RECENT, [limit, since, behind]));
  return { ...row, nextMs: next };
}
