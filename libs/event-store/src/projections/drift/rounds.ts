import type { Uuid } from '#kernel';
import type { EventStore } from '#event-store';
import { quoted } from '../live/projection';
import type { StreamDatabase } from '../../streams/stream-database';
import { named } from '../../streams/table-names';

/**
 * The sentinel repeats three rounds over each table. This is the progress of the rounds, as plain data, so that it can
 * be stored.
 */
export interface RoundProgress {
  /**
   * The order id that the slow round has reached; null at the start of the round. The slow round folds every row again.
   */
  fold: Uuid | null;
  folded: number;
  /**
   * The order id that the second round has reached. This round looks for orders without a row, and for rows without an
   * order.
   */
  orders: Uuid | null;
  /**
   * The next page of the third round, which reads every page of the table. This round finds rows that were written
   * since the previous round, although their orders had no new events.
   */
  page: number;
  /** When the last complete round over the pages began; null before the end of the first round. */
  since: Moment | null;
  /** When the present round over the pages began. */
  begun: Moment | null;
  /** The number of rows in the last complete slow round. */
  rows: number;
  /** The number of slow rounds that ended in this tick. */
  finished: number;
}

interface Moment {
  /** The snapshot (`pg_snapshot` as text). Later writes are not visible in it. */
  readonly snapshot: string;
  readonly position: number;
}

export const newProgress = (): RoundProgress => ({
  ...{ fold: null, folded: 0, orders: null, page: 0, since: null, begun: null, rows: 0, finished: 0 },
});

/** A round takes about this many ticks. A very large table takes more ticks, because the work per tick is limited. */
const TICKS_PER_ROUND = 25;
const clamp = (least: number, wanted: number, most: number): number =>
  Math.min(Math.max(Math.ceil(wanted), least), most);
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const NEWEST_EVENTS = 20;
const MOST_SUSPECTS = 200;

const rowsToFold = (progress: RoundProgress): number => clamp(10, progress.rows / TICKS_PER_ROUND, 15);

interface NextPart {
  readonly rows: readonly Uuid[];
  readonly to: Uuid | null;
  readonly unpaired: readonly Uuid[];
  readonly pages: number;
  readonly snapshot: string;
}

/**
 * Chooses the orders to check next: the next rows by id, orders with new events, and orders whose rows are perhaps
 * wrong.
 */
export class Rounds {
  private readonly table: string;
  /** The checkpoint at the last tick. The next tick chooses the orders of the newest events after it, at most 20. */
  private checkedThrough = 0;

  constructor(
    private readonly db: StreamDatabase,
    private readonly store: EventStore,
    private readonly relation: string,
  ) {
    this.table = quoted(relation);
  }

  async nextOrders(progress: RoundProgress, position: number): Promise<Uuid[]> {
    const part = await this.readNextPart(progress);
    return [
      ...this.continueFolding(progress, part.rows),
      ...(await this.ordersOfNewEvents(position)),
      ...part.unpaired,
      ...(await this.findChangedByOthers(progress, position, part)),
    ];
  }

  /** Reads what all rounds need next, in one statement. `unpaired`: orders without a row, and rows without an order. */
  private async readNextPart(progress: RoundProgress): Promise<NextPart> {
    const { stream, heads } = named;
    const [part] = await this.db.query<NextPart>(
      `with bound as materialized (
         select least(
           (select ${stream} from ${heads} where ${stream} > $3 order by ${stream} offset $4 limit 1),
           (select ${stream} from ${this.table} where ${stream} > $3 order by ${stream} offset $4 limit 1)) as upto)
       select
         array(select ${stream} from ${this.table} where ${stream} > $1 order by ${stream} limit $2)::text[] as rows,
         upto as "to",
         ${this.idsWithoutPartner(heads, this.table)} || ${this.idsWithoutPartner(this.table, heads)} as unpaired,
         (pg_relation_size($5::regclass) / current_setting('block_size')::int)::int as pages,
         pg_current_snapshot()::text as snapshot
       from bound`,
      [
        progress.fold ?? FIRST_ID,
        rowsToFold(progress),
        progress.orders ?? FIRST_ID,
        clamp(200, progress.rows / TICKS_PER_ROUND, 20_000) - 1,
        this.table,
      ],
    );
    progress.orders = part.to;
    return part;
  }

  // The sub-query is compared with null, so that Postgres looks up each id in the index. `not exists` could read the
  // whole other table, because the planner does not know how many ids are within the bounds.
  private idsWithoutPartner(table: string, other: string): string {
    const { stream } = named;
    return `array(
      select a.${stream} from ${table} a
      where a.${stream} > $3 and a.${stream} <= coalesce(upto, '${LAST_ID}')
        and (select b.${stream} from ${other} b where b.${stream} = a.${stream}) is null
      limit ${MOST_SUSPECTS})::text[]`;
  }

  private continueFolding(progress: RoundProgress, rows: readonly Uuid[]): readonly Uuid[] {
    progress.folded += rows.length;
    progress.fold = rows.length < rowsToFold(progress) ? null : rows[rows.length - 1];
    if (progress.fold === null) {
      progress.rows = progress.folded;
      progress.folded = 0;
      progress.finished += 1;
    }
    return rows;
  }

  private async ordersOfNewEvents(position: number): Promise<Uuid[]> {
    if (position === this.checkedThrough) return [];
    const events = await this.store.readLog(
      Math.max(position - NEWEST_EVENTS, Math.min(this.checkedThrough, position), 0),
      NEWEST_EVENTS,
    );
    this.checkedThrough = position;
    return events.map(({ streamId }) => streamId);
  }

  /**
   * The follower writes a row only after a new event, and stores the position of the event in the row. Suppose that a
   * row was written after the previous round began, but the position in the row is older. Then another writer has
   * changed the row. The same is true if the position in the row is after the table's checkpoint.
   */
  private async findChangedByOthers(
    progress: RoundProgress,
    position: number,
    { pages, snapshot }: NextPart,
  ): Promise<Uuid[]> {
    if (progress.page === 0) progress.begun = { snapshot, position };
    const upTo = progress.page + clamp(100, pages / TICKS_PER_ROUND, 5_000);
    const found = progress.since?.snapshot ? await this.findWrittenSince(progress.since, progress.page, upTo) : [];
    if (upTo < pages) {
      progress.page = upTo;
    } else {
      progress.page = 0;
      progress.since = progress.begun;
    }
    return found;
  }

  // `xmin` is only the lower half of the id of the transaction that wrote the row. The upper half of this id is equal
  // to the upper half of the newest transaction id, or one less. The snapshot also lists the transactions that were
  // open when it was taken. So one transaction that stays open for a long time does not make the rows of all later
  // transactions suspect.
  private async findWrittenSince({ snapshot, position }: Moment, page: number, upTo: number): Promise<Uuid[]> {
    const rows = await this.db.query<{ id: Uuid }>(
      `with present as (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as xid)
       select ${named.stream} as id
       from ${this.table} t, present, lateral (
         select (xid >> 32 << 32) + t.xmin::text::bigint as writer) as w
       where t.ctid >= $1::tid and t.ctid < $2::tid
         and age(t.xmin) <= age(pg_snapshot_xmin($3::pg_snapshot)::xid)
         and not pg_visible_in_snapshot(
           (case when writer > xid then writer - 4294967296 else writer end)::text::xid8, $3::pg_snapshot)
         and (position <= $4 or position > (select position from projection_checkpoints where relation = $5))
       limit ${MOST_SUSPECTS}`,
      [`(${page},0)`, `(${upTo},0)`, snapshot, position, this.relation],
    );
    return rows.map(({ id }) => id);
  }
}
