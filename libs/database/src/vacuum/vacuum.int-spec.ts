import { Logger } from '@nestjs/common';
import { register } from 'prom-client';
import { setTimeout as pause } from 'node:timers/promises';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { eventually } from '../../../../test/support/eventually';
import { connect, contextPool } from '../pool/connection';
import { PgDatabase } from '../transactions/pg-database';
import { ScheduledVacuum } from './scheduled-vacuum';

let shop: TestDatabase;
let db: PgDatabase;

beforeAll(async () => {
  shop = await testDatabase();
  db = shop.of('cart');
});
afterAll(() => shop.drop());

const vacuumedTables = async () => {
  const rows = await shop.admin<{ name: string }>(
    `select relname as name from pg_stat_user_tables where schemaname = 'cart' and last_vacuum is not null order by 1`,
  );
  return rows.map(({ name }) => name);
};
const metric = async (name: string) =>
  ((await register.getSingleMetric(name)!.get()).values as { labels: { context?: string }; value: number }[])
    .filter(({ labels }) => labels.context === 'cart')
    .map(({ value }) => value);

describe('The vacuum', () => {
  it('cleans each table, even if another table fails or is locked', async () => {
    const otherClient = await connect(shop.url, 'other client');
    await otherClient.query('begin; lock table cart.timers in share update exclusive mode');
    await expect(db.vacuum(['no_such_table', 'outbox', 'timers', 'inbox'])).rejects.toThrow('no_such_table');
    await eventually(async () => expect(await vacuumedTables()).toEqual(['inbox', 'outbox']));
    await expect(db.vacuum(['timers'])).rejects.toThrow('lock not available');
    await otherClient.end();
    await db.vacuum(['timers']);
    await eventually(async () => expect(await vacuumedTables()).toEqual(['inbox', 'outbox', 'timers']));
  });

  it('has no time limit, and is cancelled when the database is closed', async () => {
    await shop.admin(`alter role shop set vacuum_cost_delay = '100ms'; alter role shop set vacuum_cost_limit = 1;
      alter role shop set statement_timeout = '200ms'`);
    try {
      await shop.admin('insert into cart.outbox (id, type, key, body, meta) select gen_random_uuid(), $1, $1, $2, $2 from generate_series(1, 5000)', ['x', '{}']); // prettier-ignore
      await shop.admin('delete from cart.outbox');
      const own = new PgDatabase('cart', contextPool(shop.url, 'cart'));
      const sweeping = own.vacuum(['outbox']).then(
        () => 'swept',
        (error: Error) => error.message,
      );
      const running = () =>
        shop.admin<{ pid: number; query: string }>(
          `select pid, query from pg_stat_activity where query like 'vacuum%'`,
        );
      await eventually(async () => expect(await running()).toHaveLength(1));
      await pause(500);
      expect(await running()).toHaveLength(1);
      const begun = performance.now();
      await own.close();
      expect(await sweeping).toMatch(/cancel/);
      expect(performance.now() - begun).toBeLessThan(5_000);
      await eventually(async () => expect(await running()).toEqual([]));
      await own.vacuum(['outbox']); // after close, no vacuum starts
    } finally {
      await shop.admin('alter role shop reset all');
    }
  }, 15_000);

  it('warns once for each reason, counts failures, and measures the time since the last success', async () => {
    const warned: string[] = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: string) => void warned.push(line));
    const tables = ['outbox', 'no_such_table'];
    const scheduledVacuum = new ScheduledVacuum(db, 'queue', tables);
    await scheduledVacuum.run();
    await scheduledVacuum.run();
    expect(warned).toEqual([expect.stringContaining('The queue tables of cart could not be vacuumed: no_such_table')]);
    expect(await metric('shop_vacuum_failures_total')).toEqual([2]);
    const [before] = await metric('shop_vacuum_age_seconds');
    expect(before).toBeGreaterThan(0);
    tables.pop();
    await scheduledVacuum.run();
    expect(await metric('shop_vacuum_age_seconds')).toEqual([0]);
    jest.restoreAllMocks();
  });
});
