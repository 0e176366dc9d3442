import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { OrderStatus } from '#contracts/ordering';
import type { Uuid } from '#kernel';
import { Database } from '#database';
import { EventStore } from '#event-store';
import { Vault, type Opened } from '#platform/privacy';
import { isBehind, ReadModels } from '#event-store/projections';
import { upgradeView } from '../view-order/upgrade-view.query';
import type { ShowOrder } from '../view-order/order-answer';
import type { OrderView } from '../view-order/order-view';
import { showListed } from './order-list';

/**
 * Which orders to list. An empty filter lists all orders. A filter with a customer and a guest lists the orders of
 * both.
 */
export interface OrderFilter {
  readonly customer?: Uuid | undefined;
  /** The hash of the random number that all cart tokens of one guest contain. */
  readonly guest?: string | undefined;
  readonly status?: OrderStatus | undefined;
  /** Orders placed at or after `from`, and before `to`. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** The cursor at the end of a page: the time at which its last order was placed, and the order's id. */
export interface ListCursor {
  readonly at: string;
  readonly id: Uuid;
}

export type ListedOrder = Opened<ReturnType<typeof showListed>>;

export interface ListedRow {
  readonly cursor: ListCursor;
  /** Null if the row cannot be shown. */
  readonly order: ListedOrder | null;
  /** True if a later event cannot be read. The row shows the order before that event. */
  readonly behind: boolean;
}

interface Row {
  readonly id: Uuid;
  readonly at: Date;
  readonly view: OrderView;
  readonly behind: boolean;
}

/** Lists orders, newest first. Returns one order more than the limit if there is another page. */
export class ListOrders extends Query<readonly ListedRow[]> {
  constructor(
    readonly filter: OrderFilter,
    readonly limit: number,
    readonly after?: ListCursor,
    /** How the order is shown to its owner. Absent for staff, who see all fields. */
    readonly show?: ShowOrder,
  ) {
    super();
  }
}

/**
 * The SQL for one page of a table. For every combination of filters, the query reads the rows of the page in the order
 * of an index.
 */
export function listSql(table: string, filter: OrderFilter, limit: number, after?: ListCursor): [string, unknown[]] {
  const values: unknown[] = [];
  const value = (given: unknown): string => `$${values.push(given)}`;
  const owners = [
    filter.customer && `customer_id = ${value(filter.customer)}`,
    filter.guest && `guest = ${value(filter.guest)}`,
  ].filter((part) => part !== undefined);
  const conditions = [
    filter.status && `status = ${value(filter.status)}`,
    filter.from && `placed_at >= ${value(filter.from)}`,
    filter.to && `placed_at < ${value(filter.to)}`,
    after && `(placed_at, order_id) < (${value(after.at)}::timestamptz, ${value(after.id)}::uuid)`,
  ].filter((part) => part !== undefined);
  const maxRows = value(limit);
  const select = (...where: readonly string[]): string =>
    `select order_id as id, placed_at as at, view, ${isBehind(table, 'order_id')} as behind
     from ${table} t ${where.length > 0 ? `where ${where.join(' and ')}` : ''}
     order by placed_at desc, order_id desc limit ${maxRows}`;
  if (owners.length < 2) return [select(...owners, ...conditions), values];
  // The orders of the customer and of the guest are read separately, each from an index by owner. With an "or",
  // Postgres would read the index of all orders.
  const pages = owners.map((owner) => `(${select(owner, ...conditions)})`).join(' union all ');
  return [`select * from (${pages}) both_pages order by at desc, id desc limit ${maxRows}`, values];
}

@QueryHandler(ListOrders)
export class ListOrdersHandler implements IQueryHandler<ListOrders> {
  constructor(
    private readonly db: Database,
    private readonly models: ReadModels,
    private readonly store: EventStore,
    private readonly vault: Vault,
  ) {}

  async execute({ filter, limit, after, show }: ListOrders): Promise<readonly ListedRow[]> {
    const found = await this.models.read('order-list', async (table, outdated) => {
      const rows = await this.db.query<Row>(...listSql(table, filter, limit + 1, after));
      if (!outdated) return rows;
      const upgraded: Row[] = [];
      for (const row of rows) upgraded.push({ ...row, view: await upgradeView(row.view, this.store) });
      return upgraded;
    });
    const orders = await this.vault.openAll(
      found.map(({ view }) => shownOrNull(view, show)),
      found.map(({ id }) => id),
    );
    return found.map(({ id, at, behind }, index) => ({
      cursor: { at: at.toISOString(), id },
      order: orders[index],
      behind,
    }));
  }
}

/** Null for a row that cannot be shown, so that the other rows can still be shown. */
function shownOrNull(view: OrderView, show?: ShowOrder): ReturnType<typeof showListed> | null {
  try {
    return showListed(view, show);
  } catch {
    return null;
  }
}
