import { statement, type Database } from '#database';
import { isOpen } from '../inbox/open-messages';

const isUnhandled = `i.state = 'waiting' and ${isOpen('i')} and i.handler || ' ' || i.type <> all($1::text[])`;

const COUNT = statement(
  'inbox-unheard',
  `select handler, type, count(*)::int as count from inbox i
   where ${isUnhandled} or i.held and i.state = 'waiting' and ${isOpen('i')} and i.error like 'NotForThisBuild:%'
   group by 1, 2 order by 1, 2`,
);

export interface UnhandledCount {
  readonly handler: string;
  readonly type: string;
  readonly count: number;
}

/**
 * Counts the messages that no living build can handle, and the messages of sagas that a newer build began.
 * `handlerTypes` lists what living builds can handle, as "handler type".
 */
export const countUnhandled = (db: Database, handlerTypes: readonly string[]): Promise<UnhandledCount[]> =>
  db.query<UnhandledCount>(COUNT, [handlerTypes]);

const MAKE_DEAD = statement(
  'inbox-bury-unheard',
  `with dead as (
     update inbox i set state = 'dead', held = true,
       error = 'no build that lived within a day has the handler ' || i.handler || ' for ' || i.type
     where ${isUnhandled} and i.claimed_by = 0 and i.received_at < now() - interval '1 day'
     returning i.lane, i.key, i.seq),
   parked as (
     update inbox i set held = true, next_at = 'infinity' from dead d
     where i.lane = d.lane and i.key = d.key and i.seq > d.seq and i.state = 'waiting' and ${isOpen('i')} and i.claimed_by = 0
       and i.next_at < 'infinity' and not (${isUnhandled} and i.received_at < now() - interval '1 day'))
   select count(*)::int as count from dead`,
);

/** Makes dead letters of messages that no build could handle for a day. Later messages of their keys are parked. */
export const makeUnhandledDead = async (db: Database, handlerTypes: readonly string[]): Promise<number> =>
  (await db.query<{ count: number }>(MAKE_DEAD, [handlerTypes]))[0].count;
