// Compares TypeORM with written SQL: the same tasks on the same connection.
import { built } from './built.mjs';
import { withClosedShop } from './closed-shop.mjs';
import { ids } from './store.mjs';
import { percentile } from './shop.mjs';

const TIMES = Number(process.env.BENCH_TIMES ?? 1_000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);

const { contextPool, PgDatabase, statement } = built('libs/database/src/index.js');
const { StockItemEntity } = built('libs/inventory/src/model/stock-item.entity.js');

const columns = 'item, variant_id, sku, former_sku, named, on_hand, reserved, version';
const find = statement('bench-find', `select ${columns} from stock where sku = $1`);
const add = statement(
  'bench-add',
  `insert into stock (item, variant_id, sku, named, on_hand, reserved, version) values ($1, $2, $3, 0, 10, 0, 1)`,
);
const change = statement(
  'bench-change',
  'update stock set on_hand = on_hand + 1, version = version + 1 where item = $1 and version = $2 returning item',
);
const lock = statement('bench-lock', `select ${columns} from stock where item = $1 for update`);
const set = statement('bench-set', 'update stock set on_hand = $2, version = $3 where item = $1');

const newItem = () => {
  const item = ids.next();
  return { item, variantId: ids.next(), sku: `BENCH-${item}`, named: 0, onHand: 10, reserved: 0, version: 1 };
};

/** Each task, once with written SQL and once with TypeORM. */
const tasks = (db) => ({
  'read a row by its SKU': {
    sql: ({ sku }) => db.query(find, [sku]),
    typeorm: ({ sku }) => db.entities.findOneBy(StockItemEntity, { sku }),
  },
  'insert a row': {
    sql: () => {
      const { item, variantId, sku } = newItem();
      return db.query(add, [item, variantId, sku]);
    },
    typeorm: () => db.entities.insert(StockItemEntity, newItem()),
  },
  'change a row if it has a version (one statement)': {
    sql: (one) => db.query(change, [one.item, one.version++]),
    typeorm: (one) =>
      db.entities.update(
        StockItemEntity,
        { item: one.item, version: one.version++ },
        { onHand: () => 'on_hand + 1', version: () => 'version + 1' },
      ),
  },
  'lock a row, and change it (a transaction)': {
    sql: ({ item }) =>
      db.transaction(async () => {
        const [row] = await db.query(lock, [item]);
        await db.query(set, [item, row.on_hand + 1, row.version + 1]);
      }),
    typeorm: ({ item }) =>
      db.transaction(async () => {
        const found = await db.entities.findOneOrFail(StockItemEntity, {
          where: { item },
          lock: { mode: 'pessimistic_write' },
        });
        await db.entities.save(Object.assign(found, { onHand: found.onHand + 1, version: found.version + 1 }));
      }),
  },
});

async function timesOf(work, one) {
  const times = [];
  for (let time = 0; time < TIMES; time++) {
    const begun = performance.now();
    await work(one);
    times.push(performance.now() - begun);
  }
  return times;
}

/** Measures written SQL and TypeORM in turns, so that other load on the machine slows both down equally. */
export const entities = () =>
  withClosedShop(async ({ url }) => {
    const db = new PgDatabase('inventory', contextPool(url, 'inventory', { max: 1 }));
    await db.use([StockItemEntity]);
    const rows = [];
    for (const [what, ways] of Object.entries(tasks(db))) {
      const all = { sql: [], typeorm: [] };
      for (let round = 0; round < ROUNDS; round++)
        for (const way of ['sql', 'typeorm']) {
          const one = newItem();
          await db.entities.insert(StockItemEntity, one);
          all[way].push(...(await timesOf(ways[way], one)));
        }
      const [sql, typeorm] = [all.sql, all.typeorm].map((times) => percentile(times, 50));
      rows.push([what, sql.toFixed(2), typeorm.toFixed(2), (typeorm / sql).toFixed(1)]);
    }
    await db.pool.end();
    return {
      title: `Written SQL and TypeORM, one connection, ${ROUNDS} turns of ${TIMES} runs, median`,
      head: ['work', 'SQL, ms', 'TypeORM, ms', 'TypeORM / SQL'],
      rows,
    };
  });
