import type { Uuid } from '#kernel';
import type { Database } from '#platform/database';
import type { EventStore } from '#platform/event-store';
import { quoted } from './projection';

/** How far each round has come; plain, so that it can be stored. */
export interface Walk {
  /** Every row, by order: the slow round, which folds what it passes. */
  fold: Uuid | null;
  folded: number;
  /** Every order that has a stream or a row, by id. */
  orders: Uuid | null;
  /** Every page of the table: rows that were written since the round before, though no event of theirs had come. */
  page: number;
  since: Moment | null;
  begun: Moment | null;
  /** Rows that the last whole round passed. */
  rows: number;
  /** Whole rounds that were finished in this beat. */
  finished: number;
}

interface Moment {
  /** Whatever was written from here on is not visible in this snapshot (`pg_snapshot` as text). */
  readonly snapshot: string;
  readonly position: number;
}

export const newWalk = (): Walk => ({
  ...{ fold: null, folded: 0, orders: null, page: 0, since: null, begun: null, rows: 0, finished: 0 },
});

/** A round takes about so many beats, where the most of each beat allows. */
const beats = 25;
const between = (least: number, wish: number, most: number): number => Math.min(Math.max(Math.ceil(wish), least), most);
const nobody = '00000000-0000-0000-0000-000000000000';
const recent = 20;
const suspectsTaken = 200;

/** Which orders to look at next: all in turn, those that events came for, and those that somebody else has touched. */
export class Rounds {
  private readonly table: string;
  /** The last position whose order was looked at because of it. */
  private seen = 0;

  constructor(
    private readonly db: Database,
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
    const limit = between(10, walk.rows / beats, 15);
    const rows = await this.db.query<{ id: Uuid }>(
      `select order_id as id from ${this.table} where order_id > $1 order by order_id limit $2`,
      [walk.fold ?? nobody, limit],
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
    const events = await this.store.readLog(Math.max(position - recent, Math.min(this.seen, position), 0), recent);
    this.seen = position;
    return events.map(({ orderId }) => orderId);
  }

  /** Orders without a row, and rows without an order. */
  private async unpaired(walk: Walk): Promise<Uuid[]> {
    const limit = between(200, walk.rows / beats, 20_000);
    const from = walk.orders ?? nobody;
    const [{ to }] = await this.db.query<{ to: Uuid | null }>(
      `select least(
         (select order_id from order_heads where order_id > $1 order by order_id offset $2 limit 1),
         (select order_id from ${this.table} where order_id > $1 order by order_id offset $2 limit 1)) as to`,
      [from, limit - 1],
    );
    walk.orders = to;
    const within = (alias: string) => `${alias}.order_id > $1 and ($2::uuid is null or ${alias}.order_id <= $2)`;
    const rows = await this.db.query<{ id: Uuid }>(
      `(select h.order_id as id from order_heads h where ${within('h')}
          and not exists (select from ${this.table} t where t.order_id = h.order_id) limit ${suspectsTaken})
       union all
       (select t.order_id from ${this.table} t where ${within('t')}
          and not exists (select from order_heads h where h.order_id = t.order_id) limit ${suspectsTaken})`,
      [from, to],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * The follower writes a row because an event has come, and the row bears its position. A row that was written since
   * the last round began, and bears a position from before it, was written by somebody else; and so was one that
   * bears a position its table has not come to.
   */
  private async touched(walk: Walk, position: number): Promise<Uuid[]> {
    const [{ pages, snapshot }] = await this.db.query<{ pages: number; snapshot: string }>(
      `select (pg_relation_size($1::regclass) / current_setting('block_size')::int)::int as pages,
         pg_current_snapshot()::text as snapshot`,
      [this.table],
    );
    if (walk.page === 0) walk.begun = { snapshot, position };
    const upTo = walk.page + between(100, pages / beats, 5_000);
    const found = walk.since?.snapshot ? await this.writtenSince(walk.since, walk.page, upTo) : [];
    if (upTo < pages) {
      walk.page = upTo;
    } else {
      walk.page = 0;
      walk.since = walk.begun;
    }
    return found;
  }

  // A row knows the lower half of its transaction's id; the upper half is the present one, or the one before. A snapshot
  // tells what was open at that moment from what was done, so that a stranger's open transaction makes nothing suspect.
  private async writtenSince({ snapshot, position }: Moment, page: number, upTo: number): Promise<Uuid[]> {
    const rows = await this.db.query<{ id: Uuid }>(
      `with present as (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as xid)
       select order_id as id
       from ${this.table} t, present, lateral (
         select (xid >> 32 << 32) + t.xmin::text::bigint as writer) as w
       where t.ctid >= $1::tid and t.ctid < $2::tid
         and age(t.xmin) <= age(pg_snapshot_xmin($3::pg_snapshot)::xid)
         and not pg_visible_in_snapshot(
           (case when writer > xid then writer - 4294967296 else writer end)::text::xid8, $3::pg_snapshot)
         and (position <= $4 or position > (select position from projection_checkpoints where relation = $5))
       limit ${suspectsTaken}`,
      [`(${page},0)`, `(${upTo},0)`, snapshot, position, this.relation],
    );
    return rows.map(({ id }) => id);
  }
}
