import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { OrderStatus } from '#contracts/ordering';
import type { Uuid } from '#kernel';
import { Database } from '#platform/database';
import { EventStore } from '#platform/event-store';
import { Vault, type Opened } from '#platform/privacy';
import { ReadModels } from '#platform/projections';
import { asOfToday } from '../view-order/as-of-today.query';
import type { Showing } from '../view-order/order-answer';
import type { OrderView } from '../view-order/order-view';
import { showListed } from './order-list';

/** Whose orders, and which; nothing given means all there are. */
export interface OrderFilter {
  readonly customer?: Uuid | undefined;
  /** The hash of the cart token that placed them. */
  readonly guest?: string | undefined;
  readonly status?: OrderStatus | undefined;
  /** Placed from then on, and before then. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** Where a page ended: when the last order shown was placed, and its id. */
export interface Place {
  readonly at: string;
  readonly id: Uuid;
}

export type ListedOrder = Opened<ReturnType<typeof showListed>>;

/** Orders, the youngest first; one more than the limit when there are more. */
export class ListOrders extends Query<readonly ListedOrder[]> {
  constructor(
    readonly filter: OrderFilter,
    readonly limit: number,
    readonly after?: Place,
    /** Left out for staff. */
    readonly show?: Showing,
  ) {
    super();
  }
}

/** The list's SQL for a table; every combination of filters reads an index from the right place on. */
export function listSql(table: string, filter: OrderFilter, limit: number, after?: Place): [string, unknown[]] {
  const values: unknown[] = [];
  const value = (given: unknown): string => `$${values.push(given)}`;
  const where = [
    filter.customer && `customer_id = ${value(filter.customer)}`,
    filter.guest && `guest = ${value(filter.guest)}`,
    filter.status && `status = ${value(filter.status)}`,
    filter.from && `placed_at >= ${value(filter.from)}`,
    filter.to && `placed_at < ${value(filter.to)}`,
    after && `(placed_at, order_id) < (${value(after.at)}::timestamptz, ${value(after.id)}::uuid)`,
  ].filter((part) => part !== undefined);
  const filtered = where.length ? `where ${where.join(' and ')}` : '';
  const sql = `select view from ${table} ${filtered} order by placed_at desc, order_id desc limit ${value(limit)}`;
  return [sql, values];
}

@QueryHandler(ListOrders)
export class ListOrdersHandler implements IQueryHandler<ListOrders> {
  constructor(
    private readonly db: Database,
    private readonly models: ReadModels,
    private readonly store: EventStore,
    private readonly vault: Vault,
  ) {}

  async execute({ filter, limit, after, show }: ListOrders): Promise<readonly ListedOrder[]> {
    const views = await this.models.read('order-list', async (table, outdated) => {
      const rows = await this.db.query<{ view: OrderView }>(...listSql(table, filter, limit + 1, after));
      if (!outdated) return rows.map(({ view }) => view);
      const today: OrderView[] = [];
      for (const { view } of rows) today.push(await asOfToday(view, this.store));
      return today;
    });
    return this.vault.openAll(views.map((view) => showListed(view, show)));
  }
}
