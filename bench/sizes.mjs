// Measures how many bytes on disk one order needs, by table.
import { withClosedShop } from './closed-shop.mjs';
import { writeHistory } from './history/write.mjs';

const ORDERS = 20_000;

/** The size of the tables of a history and of its read models, divided by the number of orders. */
export async function sizesOf(shop, { orders, events }) {
  const tables = await shop.ask(
    `select n.nspname || '.' || c.relname as name, pg_table_size(c.oid) as heap, pg_indexes_size(c.oid) as indexes
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and (n.nspname = 'ordering' or c.relname = 'subject_keys')
       and pg_total_relation_size(c.oid) > $1 * 8
     order by pg_total_relation_size(c.oid) desc`,
    [orders],
  );
  const forEachOrder = (bytes) => Math.round(bytes / orders);
  const total = (of) => tables.reduce((sum, table) => sum + of(table), 0);
  const row = (name, heap, indexes) => [name, forEachOrder(heap), forEachOrder(indexes), forEachOrder(heap + indexes)];
  return {
    title: `Sizes: bytes on disk for each of ${orders} orders (${(events / orders).toFixed(2)} events each)`,
    head: ['table', 'bytes of rows', 'bytes of indexes', 'together'],
    rows: [
      ...tables.map(({ name, heap, indexes }) => row(name, heap, indexes)),
      row(
        'all of these',
        total(({ heap }) => heap),
        total(({ indexes }) => indexes),
      ),
    ],
  };
}

export const sizes = () =>
  withClosedShop(async (shop) => {
    const made = await writeHistory(shop.books, { orders: ORDERS });
    const open = await shop.open();
    await shop.caughtUp();
    await open.close();
    return sizesOf(shop, made);
  });
