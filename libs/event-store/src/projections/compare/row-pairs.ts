import type { Uuid } from '#kernel';
import type { EventStore } from '#event-store';
import { readEventsAsOf, foldRowAsOf } from '../live/as-of';
import { fromStoredRow, type ComparableRow } from './differences';
import { columnsAsJson, quoted, type Projection } from '../live/projection';
import type { ProjectionTable } from '../live/registry';
import type { Pair } from './tally';
import type { StreamDatabase } from '../../streams/stream-database';
import { named } from '../../streams/table-names';

interface Side {
  readonly table: ProjectionTable;
  readonly projection: Projection;
}

interface PairRow {
  readonly orderId: Uuid;
  readonly same: boolean;
  readonly oldPosition: number | null;
  readonly oldVersion: number;
  readonly oldView: object;
  readonly oldColumns: Record<string, unknown>;
  readonly newPosition: number | null;
  readonly newVersion: number;
  readonly newView: object;
  readonly newColumns: Record<string, unknown>;
}

/** How many rows of each table are read at a time. */
const BATCH = 500;

const bothTables = (old: Side, next: Side, where: string): string => {
  const [before, after] = [columnsAsJson(old.projection, 'o'), columnsAsJson(next.projection, 'n')];
  const same = `(o.position = n.position and o.version = n.version and o.view = n.view and ${before} = ${after})`;
  return `select coalesce(o.${named.stream}, n.${named.stream}) as "orderId", coalesce(${same}, false) as same,
      o.position as "oldPosition", o.version as "oldVersion", ${before} as "oldColumns",
      case when ${same} then null else o.view end as "oldView",
      n.position as "newPosition", n.version as "newVersion", n.view as "newView", ${after} as "newColumns"
    from (select * from ${quoted(old.table.relation)} where ${where}) o
    full join (select * from ${quoted(next.table.relation)} where ${where}) n using (${named.stream})`;
};

/**
 * Reads the rows of orders in the live table and in the rebuilt table, both at the position of the rebuilt table. A
 * live row with a later position is not used. Instead, the events of its order are folded again up to the position of
 * the rebuilt table.
 */
export class RowPairs {
  constructor(
    private readonly db: StreamDatabase,
    private readonly store: EventStore,
    readonly old: Side,
    readonly next: Side,
    readonly at: number,
  ) {}

  /** The pairs of the next orders after `cursor`. `to` is the next cursor; null if there are no more orders. */
  async readNextPairs(cursor: Uuid | null): Promise<{ pairs: Pair[]; to: Uuid | null }> {
    const from = cursor ?? '00000000-0000-0000-0000-000000000000';
    const ends = [this.old, this.next]
      .map(({ table }) => quoted(table.relation))
      .map(
        (t) =>
          `(select ${named.stream} from ${t} where ${named.stream} > $1 order by ${named.stream} offset ${BATCH - 1} limit 1)`,
      );
    const [{ to }] = await this.db.query<{ to: Uuid | null }>(`select least(${ends.join(', ')}) as to`, [from]);
    const where = to ? `${named.stream} > $1 and ${named.stream} <= $2` : `${named.stream} > $1`;
    return { pairs: await this.readPairs(where, to ? [from, to] : [from]), to };
  }

  async readPairsOf(orders: readonly Uuid[]): Promise<Pair[]> {
    return this.readPairs(`${named.stream} = any($1::uuid[])`, [orders]);
  }

  private async readPairs(where: string, values: unknown[]): Promise<Pair[]> {
    const rows = await this.db.query<PairRow>(bothTables(this.old, this.next, where), values);
    const changedLater = await this.findChangedLater(rows);
    const pairs: Pair[] = [];
    for (const row of rows) {
      const { orderId } = row;
      const after = row.newPosition === null ? undefined : this.toNewRow(row, row.newPosition);
      const before = changedLater.has(orderId)
        ? await foldRowAsOf(this.store, this.old.projection, orderId, this.at)
        : row.oldPosition === null
          ? undefined
          : this.toOldRow(row, row.oldPosition, after);
      pairs.push({ orderId, before, after });
    }
    return pairs;
  }

  private toNewRow({ newVersion, newView, newColumns }: PairRow, position: number): ComparableRow {
    return fromStoredRow(this.next.projection, { position, version: newVersion, view: newView, columns: newColumns });
  }

  private toOldRow(
    { same, oldVersion, oldView, oldColumns }: PairRow,
    position: number,
    after?: ComparableRow,
  ): ComparableRow {
    if (same && after) return after;
    return fromStoredRow(this.old.projection, { position, version: oldVersion, view: oldView, columns: oldColumns });
  }

  /** Orders whose live row was changed, or was perhaps removed, after the position of the comparison. */
  private async findChangedLater(rows: readonly PairRow[]): Promise<ReadonlySet<Uuid>> {
    const later = rows.filter(({ oldPosition }) => (oldPosition ?? 0) > this.at).map(({ orderId }) => orderId);
    const absent = rows.filter(({ oldPosition }) => oldPosition === null).map(({ orderId }) => orderId);
    const changedEvents =
      absent.length === 0
        ? []
        : await this.db.query<{ id: Uuid }>(
            `select o.id from unnest($1::uuid[]) as o(id) cross join lateral (
         select l.position from (select id from ${named.events} where ${named.stream} = o.id order by version desc limit 1) e
         join ${named.log} l on l.event_id = e.id) last
       where last.position > $2`,
            [absent, this.at],
          );
    return new Set([...later, ...changedEvents.map(({ id }) => id)]);
  }

  /** The order's events up to the position of the comparison. */
  readEvents(orderId: Uuid) {
    return readEventsAsOf(this.store, orderId, this.at);
  }
}
