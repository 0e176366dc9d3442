import { statement, type Database, type Statement } from '#platform/database';
import type { Uuid } from '#kernel';
import type { Folded } from './fold';
import { quoted, type Column, type Projection, type Row } from './projection';

export interface Move {
  readonly from: number;
  readonly to: number;
  readonly epoch: number;
  readonly rate: number;
}

/** The row is not what the table takes: a number too large for its column, a null where none may be. */
export const dataIsWrong = (error: unknown): boolean =>
  /^2[23]/.test((error as { code?: string } | undefined)?.code ?? '');

/** Reads and writes the rows of one projection table. */
export class TableWriter {
  private readonly load: Statement;
  private readonly write: Statement;
  private readonly columns: readonly (readonly [string, Column<object>])[];

  constructor(
    private readonly db: Database,
    projection: Projection,
    private readonly relation: string,
  ) {
    const table = quoted(relation);
    const columns = Object.entries(projection.columns);
    this.columns = columns;
    const names = columns.map(([name]) => `, ${quoted(name)}`).join('');
    const typed = columns.map(([name, { type }]) => `, ${quoted(name)} ${type}`).join('');
    const updates = columns.map(([name]) => `, ${quoted(name)} = excluded.${quoted(name)}`).join('');
    this.load = statement(
      `load ${relation}`,
      `select order_id as "orderId", position, version, view from ${table} where order_id = any($1::uuid[])`,
    );
    // One statement, so one transaction: the checkpoint moves from where this batch began, or nothing is written. It
    // does not wait for the disk: after a crash rows and checkpoint are behind together, and the log still has it all.
    this.write = statement(
      `write ${relation}`,
      `with moved as (
        update projection_checkpoints set position = $3, rate = $5, moved_at = clock_timestamp()
        where relation = $1 and position = $2 and epoch = $4 and follows returning 1
      ), gone as (
        delete from ${table} where order_id = any($7::uuid[]) and exists (select from moved)
      ), aside as (
        insert into projection_failures (relation, order_id, position, event_id, error)
        select $1, * from unnest($8::uuid[], $9::bigint[], $10::uuid[], $11::text[])
        where exists (select from moved)
        on conflict (relation, order_id) do nothing
      ), written as (
        insert into ${table} (order_id, position, version, view${names})
        select * from jsonb_to_recordset($12::jsonb)
          as r(order_id uuid, position bigint, version integer, view jsonb${typed})
        where exists (select from moved)
        on conflict (order_id) do update
          set position = excluded.position, version = excluded.version, view = excluded.view${updates}
      )
      select (select count(*) from moved)::integer as moved, set_config('synchronous_commit', $6, true)`,
    );
  }

  async rows(orders: readonly Uuid[]): Promise<Row[]> {
    return orders.length ? this.db.query<Row>(this.load, [orders]) : [];
  }

  /** False when the checkpoint is no longer where the batch began: somebody else is writing, and nothing was written. */
  async move(move: Move, folded: Folded): Promise<boolean> {
    const { failures } = folded;
    const [answer] = await this.db.query<{ moved: number }>(this.write, [
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
      JSON.stringify([...folded.rows.values()].map((row) => this.record(row))),
    ]);
    return answer.moved === 1;
  }

  // All rows are one parameter: as arrays of texts each view would be escaped twice, which took most of a rebuild's time.
  private record({ orderId, position, version, view }: Row): object {
    const record: Record<string, unknown> = { order_id: orderId, position, version, view };
    for (const [name, column] of this.columns) record[name] = column.of(view);
    return record;
  }
}
