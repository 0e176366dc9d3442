import type { Uuid } from '#kernel';
import type { EventStore } from '#event-store';
import { UnknownEvent } from '../../streams/errors';
import { readEventsAsOf, foldRow } from '../live/as-of';
import { changesBetween, fieldOf, fromStoredRow } from '../compare/differences';
import type { DriftedRow } from './drift';
import { columnsAsJson, quoted, type Projection } from '../live/projection';
import type { StreamDatabase } from '../../streams/stream-database';
import { named } from '../../streams/table-names';

interface CheckedRow {
  readonly orderId: Uuid;
  readonly checkpoint: number;
  readonly position: number | null;
  readonly version: number;
  readonly view: object;
  readonly columns: Record<string, unknown>;
}

/** Folds orders again from their events, up to the table's checkpoint, and compares the result with their rows. */
export class DriftCheck {
  private readonly sql: string;

  constructor(
    private readonly db: StreamDatabase,
    private readonly store: EventStore,
    private readonly projection: Projection,
    private readonly relation: string,
  ) {
    // One statement reads the rows and the checkpoint, so both belong to the same moment. Orders that were set aside
    // are skipped, because their rows are known to be behind.
    this.sql = `select o.id as "orderId", c.position as checkpoint, t.position, t.version, t.view,
        ${columnsAsJson(projection, 't')} as columns
      from projection_checkpoints c cross join unnest($2::uuid[]) as o(id)
      left join lateral (select * from ${quoted(relation)} where ${named.stream} = o.id limit 1) t on true
      where c.relation = $1 and not exists (
        select from projection_failures f where f.relation = $1 and f.${named.stream} = o.id)`;
  }

  /**
   * The orders whose rows differ from their events. A row that differs is checked again, and is returned only if it
   * differs both times.
   */
  async findConfirmedDrift(orders: readonly Uuid[]): Promise<DriftedRow[]> {
    const suspects = await this.findDrifted(orders);
    return suspects.length === 0 ? [] : this.findDrifted(suspects.map(({ orderId }) => orderId));
  }

  private async findDrifted(orders: readonly Uuid[]): Promise<DriftedRow[]> {
    if (orders.length === 0) return [];
    const found: DriftedRow[] = [];
    for (const row of await this.db.query<CheckedRow>(this.sql, [this.relation, orders])) {
      const drifted = await this.compareRow(row);
      if (drifted) found.push(drifted);
    }
    return found;
  }

  private async compareRow({ orderId, checkpoint, ...row }: CheckedRow): Promise<DriftedRow | undefined> {
    const { position } = row;
    const stored = position === null ? undefined : fromStoredRow(this.projection, { ...row, position });
    const events = await readEventsAsOf(this.store, orderId, checkpoint);
    // This build does not know one of the events, but a newer build has folded it into the row. So this build cannot
    // judge the row.
    if (events.some(({ unreadable }) => unreadable instanceof UnknownEvent)) return undefined;
    const expected = foldRow(this.projection, orderId, events);
    const changes = changesBetween(expected, stored);
    if (changes.length === 0) return undefined;
    if (!stored) return { orderId, kind: 'missing', position: checkpoint, fields: [] };
    if (!expected) return { orderId, kind: 'extra', position: checkpoint, fields: [] };
    return { orderId, kind: 'changed', position: checkpoint, fields: changes.map(({ path }) => fieldOf(path)) };
  }
}
