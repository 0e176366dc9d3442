import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { statement, type Database } from '#platform/database';
import type { EventTypes } from './event-types';
import type { Folded, Reducer } from './reducer';
import { recorded, type StoredRow } from './stored';

/** So many events past the last snapshot, and another one is worth its row. Most orders never get there. */
export const LONG = 100;
const BATCH = 1_000;

type Named = Pick<Reducer<never>, 'name' | 'version'>;

// A snapshot counts only while the very event it ends with stands at that place in the stream.
const SINCE = statement(
  'events-since-snapshot',
  `with snapshot as materialized (
     select s.version, s.state from order_snapshots s
     where s.order_id = $1 and s.reducer = $2 and s.reducer_version = $3 and exists (
       select from order_events e where e.order_id = s.order_id and e.version = s.version and e.id = s.event_id))
   select null::uuid as id, $1::uuid as "orderId", version, null::text as type, null::int as "schemaVersion",
     state as data, null::jsonb as metadata, null::timestamptz as "timestamp", null::bigint as position, null::text as hash
   from snapshot
   union all
   select id, order_id, version, event_type, schema_version, event_data, metadata, "timestamp", null, null
   from order_events where order_id = $1 and version > coalesce((select version from snapshot), 0)
   order by version`,
);

const KEEP = statement(
  'snapshot-keep',
  `insert into order_snapshots (order_id, reducer, reducer_version, version, event_id, state)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (order_id, reducer, reducer_version) do update
     set version = excluded.version, event_id = excluded.event_id, state = excluded.state`,
);

/** Folds of long streams, kept so that the next fold is short. The stream is the truth: a lost snapshot costs time only. */
@Injectable()
export class Snapshots implements BeforeApplicationShutdown {
  private readonly log = new Logger('Snapshots');
  private readonly writing = new Map<Uuid, Promise<void>>();

  constructor(
    private readonly db: Database,
    private readonly types: EventTypes,
  ) {}

  async fold<State extends object>(
    read: <Row extends object>(sql: typeof SINCE, values: unknown[]) => Promise<Row[]>,
    streamId: Uuid,
    reducer: Reducer<State>,
  ): Promise<Folded<State>> {
    const rows = await read<StoredRow>(SINCE, [streamId, reducer.name, reducer.version]);
    const [first, ...rest] = rows;
    const from = first && first.type === null ? (first.data as State) : undefined;
    const stored = from ? rest : rows;
    const events = stored.map((row) => recorded(this.types, row));
    const state = events.reduce<State | undefined>((before, event) => reducer.project(before, event), from);
    const last = stored.at(-1);
    if (state && last && stored.length >= LONG) this.keep(reducer, state, last);
    return { state, version: rows.at(-1)?.version ?? 0 };
  }

  /** Waits for those under way. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.writing.values());
  }

  /** Snapshots of reducers that this build has left behind. Returns how many went. */
  async prune(reducers: readonly Named[]): Promise<number> {
    let pruned = 0;
    for (const { name, version } of reducers)
      for (let gone = BATCH; gone === BATCH; pruned += gone)
        gone = (
          await this.db.execute(
            `delete from order_snapshots where ctid in (
               select ctid from order_snapshots where reducer = $1 and reducer_version < $2 limit ${BATCH})`,
            [name, version],
          )
        ).count;
    return pruned;
  }

  private keep({ name, version }: Named, state: object, last: StoredRow): void {
    const { orderId, id } = last;
    if (this.writing.has(orderId)) return;
    const values = [orderId, name, version, last.version, id, JSON.stringify(state)];
    const written = this.db
      .outside(() => this.db.query(KEEP, values))
      .then(() => undefined)
      .catch((error: Error) => this.log.warn(`no snapshot of order ${orderId}: ${error.message}`))
      .finally(() => this.writing.delete(orderId));
    this.writing.set(orderId, written);
  }
}
