import type { Uuid } from '#kernel';
import type { EventStore } from '#event-store';
import { quoted } from '../live/projection';
import type { StreamDatabase } from '../../streams/stream-database';
import { named } from '../../streams/table-names';

/** How far each round has come. Plain data, so that it can be stored. */
export interface Walk {
  /** The last order id of the round that folds every row again. That round is slow. Null at its start. */
  fold: Uuid | null;
  folded: number;
  /** The last order id of the round that looks for orders without a row, and rows without an order. */
  orders: Uuid | null;
  /**
   * The next page of the round that reads every page of the table. That round finds rows that were written since the
   * last round although their order had no new event.
   */
  page: number;
  since: Moment | null;
  begun: Moment | null;
  /** The number of rows in the last complete round. */
  rows: number;
  /** Complete rounds that ended in this tick. */
  finished: number;
}

interface Moment {
  /** The snapshot (`pg_snapshot` as text). Later writes are not visible in it. */
  readonly snapshot: string;
  readonly position: number;
}

export const newWalk = (): Walk => ({
  ...{ fold: null, folded: 0, orders: null, page: 0, since: null, begun: null, rows: 0, finished: 0 },
});

/** A round takes about this many ticks. For a very large table it takes more, because the work per tick is limited. */
const ticksPerRound = 25;
const between = (least: number, wanted: number, most: number): number =>
  Math.min(Math.max(Math.ceil(wanted), least), most);
const firstId = '00000000-0000-0000-0000-000000000000';
const newest = 20;
const mostSuspects = 200;

/** The orders to check next: the next rows by id, orders with new events, and orders whose rows may be wrong. */
export class Rounds {
  private readonly table: string;
  /** The last position whose order was checked because of its event. */
  private seen = 0;

  constructor(
    private readonly db: StreamDatabase,
    private readonly store: EventStore,
    private readonly relation: string,
  ) {
    this.table = quoted(relation);
  }

  async stretch(walk: Walk, position: number): Promise<Uuid[]> {
    return [
      ...(await this.inTurn(walk)),
      ...(await this.recent(position)),
      ...(await this.unpaired(walk)),
      ...(await this.touched(walk, position)),
    ];
  }

  private async inTurn(walk: Walk): Promise<Uuid[]> {
    const limit = between(10, walk.rows / ticksPerRound, 15);
    const rows = await this.db.query<{ id: Uuid }>(
      `select ${named.stream} as id from ${this.table} where ${named.stream} > $1 order by ${named.stream} limit $2`,
      [walk.fold ?? firstId, limit],
    );
    walk.folded += rows.length;
    walk.fold = rows.length < limit ? null : rows[rows.length - 1].id;
    if (walk.fold === null) {
      walk.rows = walk.folded;
      walk.folded = 0;
      walk.finished += 1;
    }
    return rows.map(({ id }) => id);
  }

  private async recent(position: number): Promise<Uuid[]> {
    if (position === this.seen) return [];
    const events = await this.store.readLog(Math.max(position - newest, Math.min(this.seen, position), 0), newest);
    this.seen = position;
    return events.map(({ streamId }) => streamId);
  }

  /** Orders without a row, and rows without an order. */
  private async unpaired(walk: Walk): Promise<Uuid[]> {
    const limit = between(200, walk.rows / ticksPerRound, 20_000);
    const from = walk.orders ?? firstId;
    const [{ to }] = await this.db.query<{ to: Uuid | null }>(
      `select least(
         (select ${named.stream} from ${named.heads} where ${named.stream} > $1 order by ${named.stream} offset $2 limit 1),
         (select ${named.stream} from ${this.table} where ${named.stream} > $1 order by ${named.stream} offset $2 limit 1)) as to`,
      [from, limit - 1],
    );
    walk.orders = to;
    const within = (alias: string) =>
      `${alias}.${named.stream} > $1 and ($2::uuid is null or ${alias}.${named.stream} <= $2)`;
    const rows = await this.db.query<{ id: Uuid }>(
      `(select h.${named.stream} as id from ${named.heads} h where ${within('h')}
          and not exists (select from ${this.table} t where t.${named.stream} = h.${named.stream}) limit ${mostSuspects})
       union all
       (select t.${named.stream} from ${this.table} t where ${within('t')}
          and not exists (select from ${named.heads} h where h.${named.stream} = t.${named.stream}) limit ${mostSuspects})`,
      [from, to],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * The follower writes a row only after a new event, and stores the event's position in the row. So another writer
   * has changed a row if the row was written since the last round began, but its position is older than that. The same
   * is true if the row's position is after the table's checkpoint.
   */
  private async touched(walk: Walk, position: number): Promise<Uuid[]> {
    const [{ pages, snapshot }] = await this.db.query<{ pages: number; snapshot: string }>(
      `select (pg_relation_size($1::regclass) / current_setting('block_size')::int)::int as pages,
         pg_current_snapshot()::text as snapshot`,
      [this.table],
    );
    if (walk.page === 0) walk.begun = { snapshot, position };
    const upTo = walk.page + between(100, pages / ticksPerRound, 5_000);
    const found = walk.since?.snapshot ? await this.writtenSince(walk.since, walk.page, upTo) : [];
    if (upTo < pages) {
      walk.page = upTo;
    } else {
      walk.page = 0;
      walk.since = walk.begun;
    }
    return found;
  }

  // `xmin` is only the lower half of the writing transaction's id. The upper half is the current one or one less. The
  // snapshot contains the transactions that were open at that moment. So one long open transaction does not make the
  // rows of all later transactions suspect.
  private async writtenSince({ snapshot, position }: Moment, page: number, upTo: number): Promise<Uuid[]> {
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
       limit ${mostSuspects}`,
      [`(${page},0)`, `(${upTo},0)`, snapshot, position, this.relation],
    );
    return rows.map(({ id }) => id);
  }
}
