import { statement, type Database } from '#platform/database';
import { bad, type Tampered } from './findings';
import { joinPlace } from './stored';

const BATCH = 2_000;
const FIRST = '00000000-0000-0000-0000-000000000000';

const EVENTS = statement(
  'stray-events',
  `select e.id, l.event_id is not null as numbered
   from (select id from order_events where id > $1 order by id limit ${BATCH}) e
   ${joinPlace('e.id')} order by e.id`,
);

// An event and its pending row are committed together, and so are its position and that row's end: whatever moment a
// statement looks at, an event has one of the two.
const NEITHER = statement(
  'stray-neither',
  `select id from unnest($1::uuid[]) as id
   where id not in (select event_id from order_pending) and not exists (select from order_log l where l.event_id = id)
   order by id limit 1`,
);

/** An event that nobody will ever deliver. */
export async function strayEvent(db: Database): Promise<Tampered | undefined> {
  for (let at = FIRST; ;) {
    const rows = await db.query<{ id: string; numbered: boolean }>(EVENTS, [at]);
    const unnumbered = rows.filter(({ numbered }) => !numbered).map(({ id }) => id);
    const [stray] = unnumbered.length > 0 ? await db.query<{ id: string }>(NEITHER, [unnumbered]) : [];
    if (stray) return bad('unnumbered', null, stray.id, `event ${stray.id} has no position and waits for none`);
    if (rows.length < BATCH) return undefined;
    at = rows.at(-1)!.id;
  }
}

const STREAMS = statement(
  'stray-streams',
  `select h.order_id as id, h.version, s.events, s.last
   from (select order_id, version from order_heads where order_id > $1 order by order_id limit ${BATCH}) h
   cross join lateral (
     select count(*) as events, coalesce(max(e.version), 0) as last from order_events e where e.order_id = h.order_id) s
   order by h.order_id`,
);

/** A stream whose events are not 1, 2, 3… up to its head. */
export async function strayStream(db: Database): Promise<Tampered | undefined> {
  for (let at = FIRST; ;) {
    const rows = await db.query<{ id: string; version: number; events: number; last: number }>(STREAMS, [at]);
    const stray = rows.find(({ version, events, last }) => version !== events || version !== last);
    if (stray) {
      const { id, version, events } = stray;
      return bad('stream', null, null, `order ${id} should have ${version} events and has ${events}`);
    }
    if (rows.length < BATCH) return undefined;
    at = rows.at(-1)!.id;
  }
}
