import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { vnd, type Money } from '#kernel';
import { Database } from '#database';
import { ReadModels } from '#event-store/projections';

export const groupings = ['day', 'month', 'product'] as const;
export type Grouping = (typeof groupings)[number];

export interface SalesRow {
  /** The day, the month, or the product's id. */
  readonly key: string;
  /** The product's name, or the key itself for a day or a month. */
  readonly name: string;
  readonly orders: number;
  readonly items: number;
  readonly gross: Money;
  readonly refunded: Money;
  readonly lost: Money;
  readonly net: Money;
}

export interface Sales {
  readonly rows: readonly SalesRow[];
  readonly total: Omit<SalesRow, 'key' | 'name'>;
}

/**
 * Sales of a period, by day, month or product: the totals of confirmed orders, minus money that was given back or will
 * never be paid.
 */
export class SalesReport extends Query<Sales> {
  constructor(
    readonly from: Date,
    readonly to: Date,
    readonly by: Grouping,
  ) {
    super();
  }
}

interface Sums {
  readonly key: string | null;
  readonly name: string | null;
  readonly orders: number;
  readonly items: number;
  readonly gross: number;
  readonly refunded: number;
  readonly lost: number;
}

const day = `to_char((e.entry->>'at')::timestamptz at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD')`;
const sqlByGrouping: Record<Grouping, { key: string; name: string; amount: string; parts: string }> = {
  day: { key: day, name: day, amount: `e.entry->'amount'`, parts: '' },
  month: { key: `left(${day}, 7)`, name: `left(${day}, 7)`, amount: `e.entry->'amount'`, parts: '' },
  product: {
    key: `p.part->>'productId'`,
    name: `max(p.part->>'name')`,
    amount: `p.part->'amount'`,
    parts: `cross join lateral jsonb_array_elements(e.entry->'parts') as p(part)`,
  },
};

// A product can be in several lines of one order (with milk, without milk). Such an order is counted once.
const salesSql = (
  table: string,
  { key, name, amount, parts }: (typeof sqlByGrouping)[Grouping],
  rollup: boolean,
): string => {
  const sum = (kind: string): string =>
    `coalesce(sum((${amount}->>'amount')::bigint) filter (where e.entry->>'kind' = '${kind}'), 0)::bigint`;
  const items = parts
    ? `coalesce(sum((p.part->>'quantity')::integer) filter (where e.entry->>'kind' = 'sold'), 0)::integer`
    : `coalesce(sum((select sum((part->>'quantity')::integer) from jsonb_array_elements(e.entry->'parts') part))
        filter (where e.entry->>'kind' = 'sold'), 0)::integer`;
  const label = rollup ? 'null' : key;
  const title = rollup ? 'null' : name;
  return `select ${label} as key, ${title} as name,
      count(distinct s.order_id) filter (where e.entry->>'kind' = 'sold')::integer as orders,
      ${items} as items, ${sum('sold')} as gross, ${sum('refunded')} as refunded, ${sum('lost')} as lost
    from ${table} s
    cross join lateral jsonb_array_elements(s.view->'entries') as e(entry) ${parts}
    where s.last_at >= $1 and s.first_at < $2
      and (e.entry->>'at')::timestamptz >= $1 and (e.entry->>'at')::timestamptz < $2
    ${rollup ? '' : `group by ${key} order by ${key}`}`;
};

const toMoney = ({ orders, items, gross, refunded, lost }: Sums): Sales['total'] => ({
  orders,
  items,
  gross: vnd(gross),
  refunded: vnd(refunded),
  lost: vnd(lost),
  net: vnd(gross - refunded - lost),
});

@QueryHandler(SalesReport)
export class SalesReportHandler implements IQueryHandler<SalesReport> {
  constructor(
    private readonly db: Database,
    private readonly models: ReadModels,
  ) {}

  async execute({ from, to, by }: SalesReport): Promise<Sales> {
    return this.models.read('sales', async (table) => {
      const rows = await this.db.query<Sums>(salesSql(table, sqlByGrouping[by], false), [from, to]);
      const [total] = await this.db.query<Sums>(salesSql(table, sqlByGrouping.day, true), [from, to]);
      const shown = rows.map((row) => ({ key: row.key!, name: row.name ?? row.key!, ...toMoney(row) }));
      // Days and months are already in order. Products are sorted by sales, highest first.
      if (by === 'product') shown.sort((a, b) => b.net.amount - a.net.amount);
      return { rows: shown, total: toMoney(total) };
    });
  }
}
