import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { millisecondsOf } from '../../../../test/support/milliseconds-of';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { connect } from '../pool/connection';
import { isLocked } from '../pool/environment';
import { withoutLockWait } from './frames';
import type { PgDatabase } from './pg-database';

let shop: TestDatabase;
let db: PgDatabase;
let otherClient: Client;

beforeAll(async () => {
  shop = await testDatabase();
  db = shop.of('inventory');
  await shop.admin(`create table inventory.shelf (sku text primary key, pieces int not null);
    insert into inventory.shelf select 'SKU-' || n, 100 from generate_series(1, 20) n;
    grant all on inventory.shelf to shop_inventory`);
});
beforeEach(async () => {
  otherClient = await connect(shop.url, 'other client');
  await otherClient.query(`begin; select from inventory.shelf where sku = 'SKU-1' for update`);
});
afterEach(() => otherClient.end());
afterAll(() => shop.drop());

const take = (sku: string) => db.query('update shelf set pieces = pieces - 1 where sku = $1', [sku]);
const takeInTransaction = (sku: string) =>
  db.transaction(async () => {
    await db.query('select from shelf where sku = $1 for update', [sku]);
    await take(sku);
  });

describe('A row that another transaction has locked', () => {
  it.each([
    ['a statement', take],
    ['a transaction', takeInTransaction],
  ])('is changed by %s as soon as it is free', async (_, work) => {
    const taken = work('SKU-1');
    await pause(900);
    await otherClient.query('commit');
    expect(await millisecondsOf(() => taken)).toBeLessThan(3_000); // much earlier than the error after five seconds
  });

  it('causes an error after five seconds', async () => {
    const spent = await millisecondsOf(() => expect(take('SKU-1')).rejects.toMatchObject({ code: '55P03' }));
    expect(spent).toBeGreaterThan(4_500);
    expect(spent).toBeLessThan(15_000);
  });

  it('causes an error at once inside withoutLockWait', async () => {
    const spent = await millisecondsOf(() =>
      withoutLockWait(() => expect(takeInTransaction('SKU-1')).rejects.toMatchObject({ code: '55P03' })),
    );
    expect(spent).toBeLessThan(3_000);
    const outside = withoutLockWait(() => db.transaction(() => db.outsideTransaction(() => take('SKU-1'))));
    expect(isLocked(await outside.catch((error: unknown) => error))).toBe(true);
  });

  it('makes the next transactions wait for locks for a shorter time', async () => {
    const lockTimeout = () =>
      db.transaction(
        async () => (await db.query<{ is: string }>(`select current_setting('lock_timeout') as is`))[0].is,
      );
    await withoutLockWait(() => takeInTransaction('SKU-1').catch(() => undefined));
    expect(await lockTimeout()).toBe('20ms');
    await otherClient.query('commit');
    await pause(2_100);
    expect(await lockTimeout()).toBe('200ms');
  });

  it.each([6, 10])('does not delay work on other rows while %i changes wait for it', async (waiters) => {
    const waiting = Array.from({ length: waiters }, (_, n) => (n % 2 ? take : takeInTransaction)('SKU-1'));
    await pause(1_000); // each waiter has failed once
    const spent: number[] = [];
    for (let n = 0; n < 30; n++) spent.push(await millisecondsOf(() => takeInTransaction(`SKU-${2 + (n % 18)}`)));
    expect(Math.max(...spent)).toBeLessThan(2_000); // waiting for the locked row takes five seconds
    await otherClient.query('commit');
    await Promise.allSettled(waiting); // on a slow machine some have failed
  });
});
