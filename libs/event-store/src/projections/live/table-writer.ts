import { statement, type Statement } from '#database';
import type { Uuid } from '#kernel';
import type { Folded } from './fold';
import { quoted, type Column, type Projection, type Row } from './projection';
import type { StreamDatabase } from '../../streams/stream-database';
import { named } from '../../streams/table-names';

export interface CheckpointMove {
  readonly from: number;
  readonly to: number;
  readonly epoch: number;
  readonly rate: number;
}

/** Whether the table refused a row, for example because a number is too large for its column. */
export const isRowError = (error: unknown): boolean =>
  /^2[23]/.test((error as { code?: string } | undefined)?.code ?? '');

/** Reads and writes the rows of one projection table. */
export class TableWriter {
  private readonly loadRows: Statement;
  private readonly writeBatch: Statement;
  private readonly columns: readonly (readonly [string, Column<object>])[];

  constructor(
    private readonly db: StreamDatabase,
    projection: Projection,
    private readonly relation: string,
  ) {
    const table = quoted(relation);
    const columns = Object.entries(projection.columns);
    this.columns = columns;
    const names = columns.map(([name]) => `, ${quoted(name)}`).join('');
    const typed = columns.map(([name, { type }]) => `, ${quoted(name)} ${type}`).join('');
    const updates = columns.map(([name]) => `, ${quoted(name)} = excluded.${quoted(name)}`).join('');
    this.loadRows = statement(
      `load ${relation}`,
      `select ${named.stream} as "orderId", position, version, view from ${table} where ${named.stream} = any($1::uuid[])`,
    );
    // One statement is one transaction. If the checkpoint is not where this batch began, nothing is written. The commit
    // is asynchronous, so a crash can undo it. Then the rows and the checkpoint are both older, and the events are read
    // again from the log.
    this.writeBatch = statement(
      `write ${relation}`,
      `with moved as (
        update projection_checkpoints set position = $3, rate = $5, moved_at = clock_timestamp()
        where relation = $1 and position = $2 and epoch = $4 and follows returning 1
      ), gone as (
        delete from ${table} where ${named.stream} = any($7::uuid[]) and exists (select from moved)
      ), aside as (
        insert into projection_failures (relation, ${named.stream}, position, event_id, error)
        select $1, * from unnest($8::uuid[], $9::bigint[], $10::uuid[], $11::text[])
        where exists (select from moved)
        on conflict (relation, ${named.stream}) do nothing
      ), healed as (
        delete from projection_failures where relation = $1 and ${named.stream} = any($13::uuid[]) and exists (select from moved)
      ), written as (
        insert into ${table} (${named.stream}, position, version, view${names})
        select * from jsonb_to_recordset($12::jsonb)
          as r(${named.stream} uuid, position bigint, version integer, view jsonb${typed})
        where exists (select from moved)
        on conflict (${named.stream}) do update
          set position = excluded.position, version = excluded.version, view = excluded.view${updates}
      )
      select (select count(*) from moved)::integer as moved, set_config('synchronous_commit', $6, true)`,
    );
  }

  async readRows(orders: readonly Uuid[]): Promise<Row[]> {
    return orders.length ? this.db.query<Row>(this.loadRows, [orders]) : [];
  }

  /**
   * Writes the rows and moves the checkpoint. If the checkpoint is not where the batch began, or its epoch was raised,
   * it writes nothing and returns false.
   */
  async writeRows(move: CheckpointMove, folded: Folded): Promise<boolean> {
    const { failures } = folded;
    const [result] = await this.db.query<{ moved: number }>(this.writeBatch, [
      this.relation,
      move.from,
      move.to,
      move.epoch,
      move.rate,
      this.db.inTransaction() ? 'on' : 'off',
      folded.gone,
      failures.map((one) => one.orderId),
      failures.map((one) => one.position),
      failures.map((one) => one.eventId),
      failures.map((one) => one.error),
      JSON.stringify([...folded.rows.values()].map((row) => this.toRecord(row))),
      folded.healed ?? [],
    ]);
    return result.moved === 1;
  }

  // All rows are one JSON parameter. With text arrays each view was escaped twice, and most of a rebuild's time was
  // spent on that.
  private toRecord({ orderId, position, version, view }: Row): object {
    const record: Record<string, unknown> = { [this.db.tables.stream]: orderId, position, version, view };
    for (const [name, column] of this.columns) record[name] = column.of(view);
    return record;
  }
}
