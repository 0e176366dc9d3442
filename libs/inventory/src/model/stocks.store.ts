import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, isLocked, statement } from '#database';
import { singleStatement, runSingleStatement, Outbox } from '#messaging';
import type { StockLine } from '#contracts/inventory';
import type { NamedItem } from './stock-names';
import { ItemTurns } from './item-turns';
import { StockItemEntity } from './stock-item.entity';
import { RecentLevels } from './recent-levels';
import { levelsAfter, type Decision, type Holding, type Movement, type Reservation, type Stock } from './stock';
import { announcementsOf } from './stock-announcements';

interface StockRow {
  readonly item: Uuid;
  readonly variant_id: Uuid | null;
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
export interface LedgerNote {
  readonly actor: string;
  readonly reason?: string;
}

/** Another transaction has changed the order's reservation, so the request must be decided again. */
export class ReservationTaken extends Error {}

/** After this many attempts, a request is decided with a lock. An attempt fails if the stock has changed meanwhile. */
const TRIES_WITHOUT_LOCK = 3;

/**
 * Everything that reads or changes stock. Rows are always locked in the order of their items, so that there is no
 * deadlock.
 */
@Injectable()
export class Stocks {
  private readonly turns = new ItemTurns({ isLocked, now: () => performance.now() });
  private readonly levels = new RecentLevels();

  constructor(
    private readonly db: Database,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Decides on stock that was read without a lock. If the stock has not changed since then, one statement stores and
   * publishes the decision. (With a lock, this takes several statements.) A repeated request gets the same answer. The
   * answer to a repeated request needs no lock, because messages of one order are handled one after the other. Returns
   * false if `decide` returns undefined, or if the request must be decided with a lock.
   */
  async decideWithoutLock(
    orderId: Uuid,
    wanted: readonly StockLine[],
    decide: (holding: Holding) => Decision | undefined,
    ledgerNote: LedgerNote,
  ): Promise<boolean> {
    // Outside the inbox, nobody would repeat the request after a conflict.
    if (!this.outbox.unit() || this.db.hasSentBegin()) return false;
    const readWithoutLock = async (): Promise<Holding> => {
      const [row] = await this.db.outsideTransaction(() =>
        this.db.query<HoldingRow>(readHolding, [orderId, ...lineIdentifiers(wanted)]),
      );
      return holdingFromRow(row);
    };
    // A request without lines is about the items of the reservation, so the reservation is read first.
    const first = wanted.length === 0 ? await readWithoutLock() : undefined;
    return this.turns.runInTurn((first?.stock ?? wanted).map(itemKey), async () => {
      if (!first && (await this.decideFromMemory(orderId, wanted, decide, ledgerNote))) return true;
      // A message about new levels needs exact levels. So they are read again after the wait for earlier work.
      let seen = first && !changesAvailable(decide(first)) ? first : await readWithoutLock();
      for (let tries = 1; ; tries++, seen = await readWithoutLock()) {
        const decision = decide(seen);
        if (!decision) return false;
        if (!decision.changes) {
          this.outbox.send([...announcementsOf(orderId, decision, seen.stock)]); // a repeated request
          return true;
        }
        if (await this.saveIfUnchanged(orderId, seen, decision, ledgerNote)) return true;
        if (tries === TRIES_WITHOUT_LOCK) return false;
      }
    });
  }

  /** Decides on the levels in memory. False if they are missing or out of date, or if the decision changes nothing. */
  private async decideFromMemory(
    orderId: Uuid,
    wanted: readonly StockLine[],
    decide: (holding: Holding) => Decision | undefined,
    ledgerNote: LedgerNote,
  ): Promise<boolean> {
    const stock = this.levels.of(wanted);
    if (!stock) return false;
    const decision = decide({ stock });
    return decision?.changes !== undefined && this.saveIfUnchanged(orderId, { stock }, decision, ledgerNote);
  }

  private async saveIfUnchanged(
    orderId: Uuid,
    before: Holding,
    decision: Decision,
    ledgerNote: LedgerNote,
  ): Promise<boolean> {
    const { stock } = before;
    const { movements } = decision.changes!;
    const versions = movements.map(({ item }) => stock.find((level) => level.item === item)?.version ?? 0);
    const needsExactLevels = changesAvailable(decision);
    const values = [
      ...decisionValues(orderId, before, decision.changes!, ledgerNote),
      needsExactLevels ? versions : null,
    ];
    const rows = await runSingleStatement(
      this.outbox,
      storeIfUnchanged,
      values,
      announcementsOf(orderId, decision, stock),
    );
    if (rows.length === 0) this.levels.forget(stock);
    else if (needsExactLevels) this.levels.remember(levelsAfter(stock, movements));
    else this.levels.move(stock, movements);
    return rows.length > 0;
  }

  /** The order's reservation, and the stock of its reserved and wanted lines, locked until the transaction ends. */
  async lockHolding(orderId: Uuid, wanted: readonly StockLine[] = []): Promise<Holding> {
    const [row] = await this.db.query<HoldingRow>(lockHolding, [orderId, ...lineIdentifiers(wanted)]);
    return holdingFromRow(row);
  }

  /** Stores a decision about a holding that is still locked. Throws ReservationTaken if the reservation has changed. */
  async saveDecision(orderId: Uuid, before: Holding, { changes }: Decision, ledgerNote: LedgerNote): Promise<void> {
    if (!changes) return;
    const rows = await this.db.query(storeDecision, decisionValues(orderId, before, changes, ledgerNote));
    if (rows.length === 0) throw new ReservationTaken(`the reservation of order ${orderId} changed meanwhile`);
  }

  async find(sku: string): Promise<Stock | undefined> {
    const item = await this.db.entities.findOneBy(StockItemEntity, { sku });
    return item ? stockFromEntity(item) : undefined;
  }

  /** A variant's stock, and the number of the catalogue's change that gave it its SKU. */
  async ofVariant(variantId: Uuid): Promise<{ readonly stock: Stock; readonly named: number } | undefined> {
    const item = await this.db.entities.findOneBy(StockItemEntity, { variantId });
    return item ? { stock: stockFromEntity(item), named: item.named } : undefined;
  }

  /** An item's stock, locked until the transaction ends. */
  async lock(item: Uuid): Promise<Stock> {
    const lock = { mode: 'pessimistic_write' } as const;
    return stockFromEntity(await this.db.entities.findOneOrFail(StockItemEntity, { where: { item }, lock }));
  }

  async saveMovement(movement: Movement, { actor, reason }: LedgerNote): Promise<void> {
    await this.db.query(insertMovement, [...movementColumns([movement]), reason ?? null, actor]);
  }

  /** The stock rows of these variants and SKUs, locked until the transaction ends. */
  async lockNamed(names: readonly { variantId: Uuid; sku: string; was?: string }[]): Promise<readonly NamedItem[]> {
    await this.db.query("select pg_advisory_xact_lock(hashtext('inventory.names'))");
    const skus = names.flatMap(({ sku, was }) => (was === undefined ? [sku] : [sku, was]));
    return this.db.query<NamedItem>(lockNamedItems, [names.map(({ variantId }) => variantId), skus]);
  }

  /** Gives the items their new SKUs, all at once. Returns the current stock of each. */
  async rename(items: readonly NamedItem[]): Promise<readonly Stock[]> {
    const sorted = [...items].sort((a, b) => (a.item < b.item ? -1 : 1));
    const ids = sorted.map(({ item }) => item);
    await this.db.query(clearSkus, [ids]); // SKUs are unique, so all old SKUs are freed first
    const columns = [sorted.map(({ variantId }) => variantId), sorted.map(({ sku }) => sku)];
    const rest = [sorted.map((one) => one.named), sorted.map(({ formerSku }) => formerSku)];
    return (await this.db.query<StockRow>(setSkus, [ids, ...columns, ...rest])).map(stockFromRow);
  }

  /** Adds the stock of a variant that is listed for the first time. */
  async shelve(
    { item, variantId, sku, named, formerSku }: NamedItem,
    onHand: number,
    { actor }: LedgerNote,
  ): Promise<Stock> {
    const [row] = await this.db.query<StockRow>(insertStock, [item, variantId, sku, named, formerSku, onHand, actor]);
    return stockFromRow(row);
  }

  /** At most `limit` items whose SKUs come after the SKU `after`, in SKU order. */
  async list(limit: number, after = ''): Promise<readonly Stock[]> {
    return (await this.db.query<StockRow>(listStock, [after, limit])).map(stockFromRow);
  }
}

const stockFromRow = ({ item, variant_id: variantId, sku, on_hand: onHand, reserved, version }: StockRow): Stock => ({
  ...{ item, variantId, sku },
  ...{ onHand, reserved, version },
});

/** If another item got the SKU of this item, the item is shown with its last SKU. */
const stockFromEntity = ({ item, variantId, sku, formerSku, onHand, reserved, version }: StockItemEntity): Stock => ({
  ...{ item, variantId, sku: sku ?? formerSku! },
  ...{ onHand, reserved, version },
});

/** Whether the decision changes how many pieces can be bought. If so, a message with the exact levels is sent. */
const changesAvailable = (decision: Decision | undefined): boolean =>
  decision?.changes?.movements.some(({ onHand, reserved }) => onHand !== reserved) ?? false;

const itemKey = ({ variantId, sku }: Pick<StockLine, 'sku'> & { readonly variantId?: Uuid | null }): string =>
  variantId ?? sku;

const lineIdentifiers = (lines: readonly StockLine[]): unknown[] => [
  lines.flatMap(({ variantId }) => variantId ?? []),
  lines.map(({ sku }) => sku),
];

const holdingFromRow = ({ reservation, stock }: HoldingRow): Holding => ({
  ...(reservation && { reservation: withoutNulls(reservation) }),
  stock: stock.map(stockFromRow),
});

const withoutNulls = ({ short, wasted, ...reservation }: NonNullable<HoldingRow['reservation']>): Reservation =>
  ({ ...reservation, ...(wasted && { wasted }), ...(short && { short }) }) as Reservation;

const movementColumns = (movements: readonly Movement[]): unknown[] => [
  movements.map(({ item }) => item),
  movements.map(({ sku }) => sku),
  movements.map(({ kind }) => kind),
  movements.map(({ onHand }) => onHand),
  movements.map(({ reserved }) => reserved),
];

const decisionValues = (
  orderId: Uuid,
  before: Holding,
  { reservation, movements }: NonNullable<Decision['changes']>,
  { actor, reason }: LedgerNote,
): unknown[] => {
  const released = reservation.state === 'released' ? reservation : undefined;
  return [
    ...[orderId, reservation.state, JSON.stringify(reservation.lines)],
    ...[released?.restocked ?? false, released?.short ? JSON.stringify(released.short) : null],
    ...[
      before.reservation?.state ?? null,
      ...movementColumns(movements),
      reason ?? null,
      actor,
      released?.wasted ?? false,
    ],
  ];
};

/** If another item got the SKU of this item, the item is shown with its last SKU. */
const stockColumns = 's.item, s.variant_id, coalesce(s.sku, s.former_sku) as sku, s.on_hand, s.reserved, s.version';

const lockHolding = statement(
  'stock-hold',
  `with mine as (
     select state, lines, restocked, wasted, short from reservations where order_id = $1 for update
   ), holds as (
     select (line ->> 'item')::uuid as item, line ->> 'sku' as sku
       from mine, jsonb_array_elements(mine.lines) as line where mine.state <> 'released'
   ), wanted as (
     select item from stock where variant_id = any ($2::uuid[]) or sku = any ($3::text[])
     union
     select item from holds where item is not null
     union
     select s.item from holds h join stock s on s.sku = h.sku where h.item is null
   ), locked as (
     select ${stockColumns}, s.sku is null as nameless from stock s
     where s.item = any (array(select item from wanted)) order by s.item for update
   )
   select (select to_jsonb(mine) from mine) as reservation,
          coalesce((select jsonb_agg(to_jsonb(locked) order by nameless, item) from locked), '[]') as stock`,
);

const readHolding = statement('stock-look', lockHolding.text.replaceAll(' for update', ''));

const storeDecision = statement(
  'stock-keep',
  `with kept as (
     insert into reservations as r (order_id, state, lines, restocked, short, wasted)
     values ($1, $2, $3::jsonb, $4, $5::jsonb, $14)
     on conflict (order_id) do update
       set state = excluded.state, lines = excluded.lines, restocked = excluded.restocked, short = excluded.short,
           wasted = excluded.wasted, updated_at = now()
       where r.state = $6
     returning order_id
   ), movement as (
     select * from unnest($7::uuid[], $8::text[], $9::text[], $10::int[], $11::int[]) as m (item, sku, kind, on_hand, reserved)
   ), moved as (
     update stock s set on_hand = s.on_hand + m.on_hand, reserved = s.reserved + m.reserved, version = s.version + 1
     from movement m where s.item = m.item
   ), noted as (
     insert into stock_movements (item, sku, order_id, kind, delta_on_hand, delta_reserved, reason, actor)
     select item, sku, $1, kind, on_hand, reserved, $12, $13 from movement
   )
   select order_id from kept`,
);

/** Like `storeDecision`, but only if the stock still has the versions in $15. If $15 is null, any version is good. */
const storeIfUnchanged = singleStatement(
  'stock-keep-seen',
  `locked as materialized (
     select s.item from stock s
     where s.item = any($7::uuid[])
       and ($15::int[] is null or s.version = ($15::int[])[array_position($7::uuid[], s.item)])
     order by s.item for update
   ), work as (
     insert into reservations as r (order_id, state, lines, restocked, short, wasted)
     select $1::uuid, $2::text, $3::jsonb, $4::boolean, $5::jsonb, $14::boolean
     where (select count(*) from locked) = cardinality($7::uuid[])
     on conflict (order_id) do update
       set state = excluded.state, lines = excluded.lines, restocked = excluded.restocked, short = excluded.short,
           wasted = excluded.wasted, updated_at = now()
       where r.state = $6::text
     returning order_id
   ), movement as (
     select m.* from work, unnest($7::uuid[], $8::text[], $9::text[], $10::int[], $11::int[]) as m (item, sku, kind, on_hand, reserved)
   ), moved as (
     update stock s set on_hand = s.on_hand + m.on_hand, reserved = s.reserved + m.reserved, version = s.version + 1
     from movement m where s.item = m.item
   ), noted as (
     insert into stock_movements (item, sku, order_id, kind, delta_on_hand, delta_reserved, reason, actor)
     select item, sku, $1::uuid, kind, on_hand, reserved, $12::text, $13::text from movement
   )`,
  15,
);

const insertMovement = statement(
  'stock-move',
  `with movement as (
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::int[]) as m (item, sku, kind, on_hand, reserved)
   ), moved as (
     update stock s set on_hand = s.on_hand + m.on_hand, reserved = s.reserved + m.reserved, version = s.version + 1
     from movement m where s.item = m.item
   )
   insert into stock_movements (item, sku, kind, delta_on_hand, delta_reserved, reason, actor)
   select item, sku, kind, on_hand, reserved, $6, $7 from movement`,
);

const lockNamedItems = statement(
  'stock-named',
  `select s.item, s.variant_id as "variantId", s.sku, s.named, s.former_sku as "formerSku" from stock s
    where s.variant_id = any ($1::uuid[]) or s.sku = any ($2::text[])
       or (s.variant_id is null and s.former_sku = any ($2::text[]))
    order by s.item for update`,
);

const clearSkus = statement('stock-unname', 'update stock set sku = null where item = any ($1::uuid[])');

const setSkus = statement(
  'stock-rename',
  `update stock s set variant_id = n.variant_id, sku = n.sku, named = n.named, former_sku = n.former_sku,
          version = s.version + 1
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[])
       as n (item, variant_id, sku, named, former_sku)
    where s.item = n.item
    returning ${stockColumns}`,
);

const insertStock = statement(
  'stock-shelve',
  `with shelved as (
     insert into stock as s (item, variant_id, sku, named, former_sku, on_hand)
     values ($1, $2, $3, $4, $5, $6) returning ${stockColumns}
   ), noted as (
     insert into stock_movements (item, sku, kind, delta_on_hand, delta_reserved, actor)
     select item, sku, 'listed', on_hand, 0, $7 from shelved
   )
   select * from shelved`,
);

export const listStock = statement(
  'stock-list',
  `select ${stockColumns} from stock s where s.sku > $1 order by s.sku limit $2`,
);
