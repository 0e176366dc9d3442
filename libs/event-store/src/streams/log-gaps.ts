import { statement } from '#database';
import { newFinding, type Findings } from '../verifications/findings';
import { isOutOfTurn } from '../sequencer/out-of-turn';
import { joinEvent, leftJoinLog } from './stored';
import { voidCondition } from '../sequencer/unnumbered.store';
import type { StreamDatabase } from './stream-database';
import { named } from './table-names';

const BATCH = 2_000;
const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

const EVENTS = statement(
  'stray-events',
  `select e.id, l.event_id is not null as numbered
   from (select id from ${named.events} where id > $1 order by id limit ${BATCH}) e
   ${leftJoinLog('e.id')} order by e.id`,
);

// An event and its pending row are committed together. The event's position and the deletion of its pending row are
// also committed together. So a statement always sees either the pending row or the position.
const NEITHER = statement(
  'stray-neither',
  `select s.id, e.${named.stream} as "streamId" from unnest($1::uuid[]) as s(id) join ${named.events} e on e.id = s.id
    where s.id not in (select event_id from ${named.pending})
      and not exists (select from ${named.log} l where l.event_id = s.id)
      and not exists (select from ${named.unnumbered} u where u.event_id = s.id and ${voidCondition})
    order by s.id`,
);

/** Finds events that will never get a position. */
export async function findEventsWithoutPosition(
  db: StreamDatabase,
  findings: Findings,
  signal?: AbortSignal,
): Promise<void> {
  for (let at = LOWEST_ID; ;) {
    signal?.throwIfAborted();
    const rows = await db.query<{ id: string; numbered: boolean }>(EVENTS, [at]);
    const unnumbered = rows.filter(({ numbered }) => !numbered).map(({ id }) => id);
    const strays = unnumbered.length > 0 ? await db.query<{ id: string; streamId: string }>(NEITHER, [unnumbered]) : [];
    for (const { id, streamId } of strays)
      findings.add(newFinding('unnumbered', null, id, `event ${id} has no position and no row in the queue`, streamId));
    if (rows.length < BATCH) return;
    at = rows.at(-1)!.id;
  }
}

const OUT_OF_TURN = statement(
  'stray-out-of-turn',
  `select l.position, e.id as "eventId", e.${named.stream} as "streamId", e.version
   from ${named.log} l ${joinEvent('l.event_id')}
   where l.position = any($1::bigint[]) and ${isOutOfTurn('l.position')} order by l.position`,
);

interface Numbered {
  readonly position: number;
  readonly streamId: string;
  readonly version: number;
}

export interface OutOfTurn extends Numbered {
  readonly eventId: string;
}

/**
 * `rows` are a part of the log. Finds the events in it that have a position before an earlier event of their stream.
 * Only events whose previous version is not in `rows` need a query.
 */
export async function findOutOfTurn(db: StreamDatabase, rows: readonly Numbered[]): Promise<readonly OutOfTurn[]> {
  const last = new Map<string, number>();
  const suspects: number[] = [];
  for (const { streamId, version, position } of rows) {
    if (version > 1 && last.get(streamId) !== version - 1) suspects.push(position);
    last.set(streamId, version);
  }
  return suspects.length > 0 ? db.query<OutOfTurn>(OUT_OF_TURN, [suspects]) : [];
}

export const outOfTurnMessage = ({ version, position, streamId }: OutOfTurn): string =>
  `event ${version} of order ${streamId} has position ${position}, but an earlier event of this order has no position before ${position}`;

const STREAMS = statement(
  'stray-streams',
  `select h.${named.stream} as id, h.version, s.events, s.last
   from (select ${named.stream}, version from ${named.heads} where ${named.stream} > $1 order by ${named.stream} limit ${BATCH}) h
   cross join lateral (
     select count(*) as events, coalesce(max(e.version), 0) as last from ${named.events} e where e.${named.stream} = h.${named.stream}) s
   order by h.${named.stream}`,
);

/** Finds streams whose versions are not 1, 2, 3… up to their head. */
export async function findIncompleteStreams(
  db: StreamDatabase,
  findings: Findings,
  signal?: AbortSignal,
): Promise<void> {
  for (let at = LOWEST_ID; ;) {
    signal?.throwIfAborted();
    const rows = await db.query<{ id: string; version: number; events: number; last: number }>(STREAMS, [at]);
    for (const { id, version, events, last } of rows)
      if (version !== events || version !== last)
        findings.add(
          newFinding('stream', null, null, `order ${id} should have ${version} events and has ${events}`, id),
        );
    if (rows.length < BATCH) return;
    at = rows.at(-1)!.id;
  }
}
