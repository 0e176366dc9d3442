import { statement, type Database } from '#platform/database';
import { timersCancelled, timersSet } from './inbox.store';
import { quickly } from './quickly';
import type { TimerChange } from './timer';

export const toSet = (changes: readonly TimerChange[]): string =>
  JSON.stringify(changes.filter(({ dueAt }) => dueAt !== null));
export const toCancel = (changes: readonly TimerChange[]): string =>
  JSON.stringify(changes.filter(({ dueAt }) => dueAt === null));

const SET = statement('timers-set', timersSet('$1'));
const CANCEL = statement('timers-cancel', timersCancelled('$1'));

export async function setTimers(db: Database, changes: readonly TimerChange[]): Promise<void> {
  if (changes.some(({ dueAt }) => dueAt !== null)) await db.query(SET, [toSet(changes)]);
}

export async function cancelTimers(db: Database, changes: readonly TimerChange[]): Promise<void> {
  if (changes.some(({ dueAt }) => dueAt === null)) await db.query(CANCEL, [toCancel(changes)]);
}

const FIRE = statement(
  'timers-fire',
  `with ${quickly},
   picked as materialized (
     select name, key from timers where due_at <= now() order by due_at limit $1 for update skip locked),
   due as (
     delete from timers t using picked p, quick where t.name = p.name and t.key = p.key
     returning t.id, t.key, t.type, t.body, t.meta, t.due_at),
   heard as (
     insert into inbox (message_id, handler, lane, key, type, body, meta)
     select d.id, s.handler, s.lane, d.key, d.type, d.body, d.meta from due d join subscriptions s on s.type = d.type
     order by d.due_at
     on conflict (message_id, handler) do nothing)
   select count(*)::int as fired,
     (select extract(epoch from min(due_at) - now())::float8 * 1000 from timers where due_at > now()) as next
   from due`,
);

/** Moves due timers into the context's own inbox; `nextMs` is how long the next one takes, if there is one. */
export async function fireTimers(db: Database, limit: number): Promise<{ fired: number; nextMs: number | null }> {
  const [row] = await db.query<{ fired: number; next: number | null }>(FIRE, [limit]);
  return { fired: row.fired, nextMs: row.next };
}
