import type { MacMemory } from '../macs/mac-memory';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Counter, register } from 'prom-client';
import { withoutVoided, VOIDING, type Uuid } from '#kernel';
import { statement } from '#database';
import type { MacKey } from '#platform/macs';
import { canonicalJson, netstrings } from '#platform/canonical';
import type { EventTypes } from './event-types';
import type { Folded, Reducer } from './reducer';
import { ForeignEventCheck, type RowWithMacs } from './foreign-event-check';
import { toEvent } from './stored';
import type { StreamDatabase } from './stream-database';
import { named, type StreamTables } from './table-names';

/**
 * A new snapshot is stored if at least this many events follow the last snapshot. Most streams never have so many
 * events.
 */
export const SNAPSHOT_AFTER = 100;
const BATCH = 1_000;
/** No reducer has this name, so the stream is read from its first event. */
const NO_SNAPSHOT = '';

type ReducerVersion = Pick<Reducer<never>, 'name' | 'version'>;

// A snapshot is used only if the stream still has the same event at that version.
const SINCE = statement(
  'events-since-own',
  `with snapshot as materialized (
     select s.version, s.state, s.mac, e.id as event_id, e.mac as event_mac
     from ${named.snapshots} s join ${named.events} e on e.${named.stream} = s.${named.stream} and e.version = s.version and e.id = s.event_id
     where s.${named.stream} = $1 and s.reducer = $2 and s.reducer_version = $3)
   select event_id as id, $1::uuid as "streamId", version, null::text as type, null::int as "schemaVersion",
     state as data, null::jsonb as metadata, null::timestamptz as "timestamp", null::bigint as position, null::text as hash,
     event_mac as "eventMac", mac, null::bytea as admission
   from snapshot
   union all
   select e.id, e.${named.stream}, e.version, e.event_type, e.schema_version, e.event_data, e.metadata, e."timestamp",
     case when e.mac is null then (select l.position from ${named.log} l where l.event_id = e.id) end, null,
     e.mac, null, case when e.mac is null then (select a.mac from ${named.admissions} a where a.event_id = e.id) end
   from ${named.events} e where e.${named.stream} = $1 and e.version > coalesce((select version from snapshot), 0)
   order by version`,
);

const STORE = statement(
  'snapshot-keep-marked',
  `insert into ${named.snapshots} (${named.stream}, reducer, reducer_version, version, event_id, state, mac)
   values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (${named.stream}, reducer, reducer_version) do update
     set version = excluded.version, event_id = excluded.event_id, state = excluded.state, mac = excluded.mac`,
);

const DROP = statement(
  'snapshot-drop',
  `delete from ${named.snapshots} where ${named.stream} = $1 and reducer = $2 and reducer_version = $3`,
);

const NEXT = statement(
  'snapshots-next',
  `select ${named.stream} as id, version from ${named.snapshots} where reducer = $1 and reducer_version = $2 and ${named.stream} > $3
   order by ${named.stream} limit $4`,
);

function refusedCounter({ snapshots }: StreamTables): Counter {
  const name = `${snapshots}_refused_total`;
  const help = 'Snapshots that were deleted, because their MAC or their state was wrong.';
  return (register.getSingleMetric(name) as Counter | undefined) ?? new Counter({ name, help });
}

/**
 * A row of SINCE is an event, but the first row can be a snapshot. A snapshot has no type. `mac` is the MAC of the
 * snapshot; null for an event.
 */
interface SinceRow extends RowWithMacs {
  readonly mac: Buffer | null;
}

/** A snapshot's MAC covers the state, and the id and MAC of the last event in it. */
const macText = (
  { name, version }: ReducerVersion,
  { streamId, version: at, id, eventMac }: SinceRow,
  state: object,
): string =>
  netstrings([
    'coffee-tea.snapshot.1',
    streamId,
    name,
    version,
    at,
    id,
    eventMac?.toString('hex') ?? '',
    canonicalJson(state),
  ]);

/**
 * Stored folds of long streams, so that the next fold reads only a few events. A lost snapshot only costs time, because
 * it can be rebuilt from the stream.
 */
@Injectable()
export class Snapshots implements BeforeApplicationShutdown {
  private readonly log = new Logger('Snapshots');
  private readonly writing = new Map<Uuid, Promise<void>>();
  private readonly foreignEvents: ForeignEventCheck;
  private readonly refused: Counter;

  constructor(
    private readonly db: StreamDatabase,
    private readonly types: EventTypes,
    private readonly key: MacKey,
    memory?: MacMemory,
  ) {
    this.foreignEvents = new ForeignEventCheck(db, key, memory);
    this.refused = refusedCounter(db.tables);
  }

  async fold<State extends object>(
    read: <Row extends object>(sql: typeof SINCE, values: unknown[]) => Promise<Row[]>,
    streamId: Uuid,
    reducer: Reducer<State>,
  ): Promise<Folded<State>> {
    const { rows: found, snapshot } = await this.readSinceUsableSnapshot(read, streamId, reducer);
    const rows = await this.foreignEvents.markForeign(found);
    const events = withoutVoided(rows).map((row) => toEvent(this.types, row));
    const state = events.reduce<State | undefined>(
      (before, event) => reducer.project(before, event),
      snapshot?.data as State | undefined,
    );
    const last = rows.at(-1);
    if (state && last && rows.length >= SNAPSHOT_AFTER) this.storeInBackground(reducer, state, last);
    return { state, version: (last ?? snapshot)?.version ?? 0 };
  }

  /**
   * A snapshot can contain an event that a later event declares void. In this case the stream is read from its first
   * event.
   */
  private async readSinceUsableSnapshot(
    ...args: Parameters<Snapshots['readSinceSnapshot']>
  ): ReturnType<Snapshots['readSinceSnapshot']> {
    const found = await this.readSinceSnapshot(...args);
    if (!found.snapshot || !found.rows.some(({ type }) => type === VOIDING)) return found;
    const [read, streamId] = args;
    return { rows: await read<SinceRow>(SINCE, [streamId, NO_SNAPSHOT, 0]) };
  }

  /** The newest snapshot with a correct MAC, if there is one, and the events after it. */
  private async readSinceSnapshot(
    read: <Row extends object>(sql: typeof SINCE, values: unknown[]) => Promise<Row[]>,
    streamId: Uuid,
    reducer: ReducerVersion,
  ): Promise<{ readonly rows: readonly SinceRow[]; readonly snapshot?: SinceRow }> {
    const rows = await read<SinceRow>(SINCE, [streamId, reducer.name, reducer.version]);
    const [snapshot, ...rest] = rows;
    if (snapshot?.type !== null) return { rows };
    if (this.isOurs(reducer, snapshot)) return { rows: rest, snapshot };
    await this.discard(streamId, reducer, snapshot.mac !== null);
    return { rows: await read<SinceRow>(SINCE, [streamId, NO_SNAPSHOT, 0]) };
  }

  private isOurs(reducer: ReducerVersion, snapshot: SinceRow): boolean {
    return snapshot.mac !== null && this.key.holds(macText(reducer, snapshot, snapshot.data), snapshot.mac);
  }

  /** Deletes a snapshot. A snapshot without a MAC comes from an older build, so it is not counted as wrong. */
  private async discard(streamId: Uuid, { name, version }: ReducerVersion, isWrong: boolean): Promise<void> {
    if (isWrong) {
      this.refused.inc();
      this.log.error(
        `the snapshot of order ${streamId} is wrong, so it is deleted: its state does not match its MAC or its events`,
      );
    }
    await this.db
      .outsideTransaction(() => this.db.query(DROP, [streamId, name, version]))
      .catch((error: Error) =>
        this.log.warn(`a wrong snapshot of order ${streamId} could not be deleted: ${error.message}`),
      );
  }

  /** Waits for the snapshots that are being written. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.writing.values());
  }

  /** Deletes snapshots of earlier reducer versions. Returns the number of deleted snapshots. */
  async prune(reducers: readonly ReducerVersion[]): Promise<number> {
    let pruned = 0;
    for (const { name, version } of reducers)
      for (let deleted = BATCH; deleted === BATCH; pruned += deleted)
        deleted = (
          await this.db.execute(
            `delete from ${named.snapshots} where ctid in (
               select ctid from ${named.snapshots} where reducer = $1 and reducer_version < $2 limit ${BATCH})`,
            [name, version],
          )
        ).count;
    return pruned;
  }

  /**
   * Compares the next snapshots of a reducer with their streams, and deletes the snapshots that differ. A MAC proves
   * that the shop stored a snapshot, but not that the fold was correct. Returns the id of the stream after which the
   * next call must continue; undefined if all snapshots were checked.
   */
  async checkNext<State extends object>(
    reducer: Reducer<State>,
    after: Uuid,
    limit: number,
  ): Promise<Uuid | undefined> {
    const read = <Row extends object>(sql: typeof SINCE, values: unknown[]) => this.db.query<Row>(sql, values);
    const { name, version } = reducer;
    const kept = await this.db.query<{ id: Uuid }>(NEXT, [name, version, after, limit]);
    for (const { id } of kept) {
      const { snapshot } = await this.readSinceSnapshot(read, id, reducer);
      if (!snapshot) continue; // the snapshot was wrong and has been deleted
      const rows = await read<SinceRow>(SINCE, [id, NO_SNAPSHOT, 0]);
      const state = withoutVoided(rows.filter((row) => row.version <= snapshot.version))
        .map((row) => toEvent(this.types, row))
        .reduce<State | undefined>((before, event) => reducer.project(before, event), undefined);
      const text = canonicalJson(JSON.parse(JSON.stringify(state ?? null)));
      if (text !== canonicalJson(snapshot.data)) await this.discard(id, reducer, true);
    }
    return kept.length < limit ? undefined : kept.at(-1)!.id;
  }

  private storeInBackground(reducer: ReducerVersion, state: object, last: SinceRow): void {
    const { name, version } = reducer;
    const { streamId, id } = last;
    if (this.writing.has(streamId)) return;
    const text = JSON.stringify(state);
    const mac = this.key.of(macText(reducer, last, JSON.parse(text) as object));
    const values = [streamId, name, version, last.version, id, text, mac];
    const written = this.db
      .outsideTransaction(() => this.db.query(STORE, values))
      .then(() => undefined)
      .catch((error: Error) => this.log.warn(`could not store a snapshot of order ${streamId}: ${error.message}`))
      .finally(() => this.writing.delete(streamId));
    this.writing.set(streamId, written);
  }
}
