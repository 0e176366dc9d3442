import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#platform/database';
import { atOnce, doAtOnce, Outbox } from '#platform/messaging';
import type { Decision, Holding, Movement, Reservation, Stock } from './stock';
import { announcementsOf } from './stock-announcements';

interface StockRow {
  readonly sku: string;
  readonly on_hand: number;
  readonly reserved: number;
  readonly version: number;
}
interface HoldingRow {
  readonly reservation:
    (Omit<Reservation, 'short'> & { restocked: boolean; wasted: boolean; short: Reservation | null }) | null;
  readonly stock: readonly StockRow[];
}

/** Who moved stock and why, for the ledger. */
export interface Occasion {
  readonly actor: string;
  readonly reason?: string;
}

/** Somebody else kept a reservation for the order meanwhile; the request is decided anew. */
export class ReservationTaken extends Error {}

/** Everything that reads or changes stock. Whoever locks more than one SKU locks in SKU order, so that nobody waits in a circle. */
@Injectable()
export class Stocks {
  constructor(
    private readonly db: Database,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Decides on stock that is only looked at, and keeps and tells it if nobody touched it meanwhile: one statement, where
   * locking takes a transaction. False when it has to be decided under lock, or `decide` wants it so.
   */
  async decideAtOnce(
    orderId: Uuid,
    wanted: readonly string[],
    decide: (holding: Holding) => Decision | undefined,
    occasion: Occasion,
  ): Promise<boolean> {
    if (!this.outbox.unit() || this.db.begun()) return false; // only the inbox tries again what got in its own way
    const [row] = await this.db.outside(() => this.db.query<HoldingRow>(looked, [orderId, wanted]));
    const before = asHolding(row);
    const decision = decide(before);
    if (!decision?.keep) return false;
    const { movements } = decision.keep;
    const versions = movements.map(({ sku }) => before.stock.find((stock) => stock.sku === sku)?.version ?? 0);
    const told = movements.some(({ onHand, reserved }) => onHand !== reserved); // levels that must be right
    const values = [...keeping(orderId, before, decision.keep, occasion), told ? versions : null];
    return (
      (await doAtOnce(this.outbox, keptAtOnce, values, announcementsOf(orderId, decision, before.stock))).length > 0
    );
  }

  /** The order's reservation, and the stock of what it holds and of what it wants; all locked until the transaction ends. */
  async hold(orderId: Uuid, wanted: readonly string[] = []): Promise<Holding> {
    const [row] = await this.db.query<HoldingRow>(held, [orderId, wanted]);
    return asHolding(row);
  }

  /** Keeps what was decided about a holding that is still locked. Nothing is sent when nothing changed. */
  async keep(orderId: Uuid, before: Holding, { keep }: Decision, occasion: Occasion): Promise<void> {
    if (!keep) return;
    const rows = await this.db.query(kept, keeping(orderId, before, keep, occasion));
    if (rows.length === 0) throw new ReservationTaken(`the reservation of order ${orderId} changed meanwhile`);
  }

  async find(sku: string): Promise<Stock | undefined> {
    const [row] = await this.db.query<StockRow>(found, [sku]);
    return row && asStock(row);
  }

  /** The SKU's stock, locked until the transaction ends. */
  async lock(sku: string): Promise<Stock | undefined> {
    const [row] = await this.db.query<StockRow>(locked, [sku]);
    return row && asStock(row);
  }

  async move(movement: Movement, { actor, reason }: Occasion): Promise<void> {
    await this.db.query(moved, [...columns([movement]), reason ?? null, actor]);
  }

  /** Puts a SKU on the shelf for the first time; undefined when it stands there already. */
  async shelve(sku: string, onHand: number, { actor }: Occasion): Promise<Stock | undefined> {
    const [row] = await this.db.query<StockRow>(shelved, [sku, onHand, actor]);
    return row && asStock(row);
  }

  /** At most `limit` SKUs after the given one, in SKU order. */
  async list(limit: number, after = ''): Promise<readonly Stock[]> {
    return (await this.db.query<StockRow>(listed, [after, limit])).map(asStock);
  }
}

const asStock = ({ sku, on_hand: onHand, reserved, version }: StockRow): Stock => ({ sku, onHand, reserved, version });

const asHolding = ({ reservation, stock }: HoldingRow): Holding => ({
  ...(reservation && { reservation: withoutNulls(reservation) }),
  stock: stock.map(asStock),
});

const withoutNulls = ({ short, wasted, ...reservation }: NonNullable<HoldingRow['reservation']>): Reservation =>
  ({ ...reservation, ...(wasted && { wasted }), ...(short && { short }) }) as Reservation;

const columns = (movements: readonly Movement[]): unknown[] => [
  movements.map(({ sku }) => sku),
  movements.map(({ kind }) => kind),
  movements.map(({ onHand }) => onHand),
  movements.map(({ reserved }) => reserved),
];

const keeping = (
  orderId: Uuid,
  before: Holding,
  { reservation, movements }: NonNullable<Decision['keep']>,
  { actor, reason }: Occasion,
): unknown[] => {
  const released = reservation.state === 'released' ? reservation : undefined;
  return [
    ...[orderId, reservation.state, JSON.stringify(reservation.lines)],
    ...[released?.restocked ?? false, released?.short ? JSON.stringify(released.short) : null],
    ...[before.reservation?.state ?? null, ...columns(movements), reason ?? null, actor, released?.wasted ?? false],
  ];
};

const held = statement(
  'stock-hold',
  `with mine as (
     select state, lines, restocked, wasted, short from reservations where order_id = $1 for update
   ), wanted as (
     select unnest($2::text[]) as sku
     union
     select line ->> 'sku' from mine, jsonb_array_elements(mine.lines) as line where mine.state <> 'released'
   ), locked as (
     select sku, on_hand, reserved, version from stock
     where sku = any (array(select sku from wanted)) order by sku for update
   )
   select (select to_jsonb(mine) from mine) as reservation,
          coalesce((select jsonb_agg(to_jsonb(locked)) from locked), '[]') as stock`,
);

const looked = statement('stock-look', held.text.replaceAll(' for update', ''));

const kept = statement(
  'stock-keep',
  `with kept as (
     insert into reservations as r (order_id, state, lines, restocked, short, wasted)
     values ($1, $2, $3::jsonb, $4, $5::jsonb, $13)
     on conflict (order_id) do update
       set state = excluded.state, lines = excluded.lines, restocked = excluded.restocked, short = excluded.short,
           wasted = excluded.wasted, updated_at = now()
       where r.state = $6
     returning order_id
   ), movement as (
     select * from unnest($7::text[], $8::text[], $9::int[], $10::int[]) as m (sku, kind, on_hand, reserved)
   ), moved as (
     update stock s set on_hand = s.on_hand + m.on_hand, reserved = s.reserved + m.reserved, version = s.version + 1
     from movement m where s.sku = m.sku
   ), noted as (
     insert into stock_movements (sku, order_id, kind, delta_on_hand, delta_reserved, reason, actor)
     select sku, $1, kind, on_hand, reserved, $11, $12 from movement
   )
   select order_id from kept`,
);

/** The same, if the stock has the versions that were seen; none given: whatever it has. */
const keptAtOnce = atOnce(
  'stock-keep-seen',
  `locked as materialized (
     select s.sku from stock s
     where s.sku = any($7::text[])
       and ($14::int[] is null or s.version = ($14::int[])[array_position($7::text[], s.sku)])
     order by s.sku for update
   ), work as (
     insert into reservations as r (order_id, state, lines, restocked, short, wasted)
     select $1::uuid, $2::text, $3::jsonb, $4::boolean, $5::jsonb, $13::boolean
     where (select count(*) from locked) = cardinality($7::text[])
     on conflict (order_id) do update
       set state = excluded.state, lines = excluded.lines, restocked = excluded.restocked, short = excluded.short,
           wasted = excluded.wasted, updated_at = now()
       where r.state = $6::text
     returning order_id
   ), movement as (
     select m.* from work, unnest($7::text[], $8::text[], $9::int[], $10::int[]) as m (sku, kind, on_hand, reserved)
   ), moved as (
     update stock s set on_hand = s.on_hand + m.on_hand, reserved = s.reserved + m.reserved, version = s.version + 1
     from movement m where s.sku = m.sku
   ), noted as (
     insert into stock_movements (sku, order_id, kind, delta_on_hand, delta_reserved, reason, actor)
     select sku, $1::uuid, kind, on_hand, reserved, $11::text, $12::text from movement
   )`,
  14,
);

const moved = statement(
  'stock-move',
  `with movement as (
     select * from unnest($1::text[], $2::text[], $3::int[], $4::int[]) as m (sku, kind, on_hand, reserved)
   ), moved as (
     update stock s set on_hand = s.on_hand + m.on_hand, reserved = s.reserved + m.reserved, version = s.version + 1
     from movement m where s.sku = m.sku
   )
   insert into stock_movements (sku, kind, delta_on_hand, delta_reserved, reason, actor)
   select sku, kind, on_hand, reserved, $5, $6 from movement`,
);

const shelved = statement(
  'stock-shelve',
  `with shelved as (
     insert into stock (sku, on_hand) values ($1, $2) on conflict (sku) do nothing
     returning sku, on_hand, reserved, version
   ), noted as (
     insert into stock_movements (sku, kind, delta_on_hand, delta_reserved, actor)
     select sku, 'listed', on_hand, 0, $3 from shelved
   )
   select * from shelved`,
);

const found = statement('stock-find', 'select sku, on_hand, reserved, version from stock where sku = $1');

const locked = statement('stock-lock', `${found.text} for update`);

export const listed = statement(
  'stock-list',
  'select sku, on_hand, reserved, version from stock where sku > $1 order by sku limit $2',
);
