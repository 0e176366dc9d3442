import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import type { Uuid } from '#kernel';
import type { Leadership } from '#database/leadership';
import { VersionConflict } from './errors';
import { HeadWatch } from '../sequencer/head-watch.job';
import { LogHealth } from '../sequencer/log-health';
import { LogSignals } from '../sequencer/log-signals';
import { happening, ids, storeOn } from '../testing/store';
import type { StreamDatabase } from './stream-database';
import { streamsIn } from '../testing/tables';

let test: TestDatabase;
let db: StreamDatabase;
let shop: ReturnType<typeof storeOn>;
let order: Uuid;

beforeAll(async () => {
  test = await testDatabase();
  db = streamsIn(test.of('ordering'));
  shop = storeOn(db);
});
afterAll(() => test.drop());
beforeEach(async () => {
  order = ids.next();
  await shop.store.append(happening(order, 0, [{}, {}]));
});

// An attacker with the database role of the shop can do this.
const raiseHead = () => db.query('update order_heads set version = version + 1 where order_id = $1', [order]);
const insertEventAfterHead = () =>
  db.query(
    `insert into order_events (id, order_id, version, event_type, schema_version, event_data, metadata, "timestamp")
     values (gen_random_uuid(), $1, 3, 'Ended', 1, '{}', '{}', now())`,
    [order],
  );
const append = (version: number) => shop.store.append(happening(order, version));

describe('The head of a stream', () => {
  it.each([
    ['that was raised', raiseHead, 3, 2],
    ['after which an event was inserted', insertEventAfterHead, 2, 3],
  ])('%s is repaired in the same transaction as the work', async (_, tamper, head, last) => {
    await tamper();
    await expect(append(2)).rejects.toThrow();
    const formerHead = await shop.store.withRepairedHead(order, async (found) => {
      await append(last);
      return found;
    });
    expect(formerHead).toEqual({ orderId: order, head, last });
    await append(last + 1);
    expect(await shop.store.withRepairedHead(order, async (found) => found)).toBeUndefined();
  });

  it('stays as it was if the work fails', async () => {
    await raiseHead();
    const failed = shop.store.withRepairedHead(order, () => Promise.reject(new Error('no')));
    await expect(failed).rejects.toThrow('no');
    await expect(append(2)).rejects.toThrow(VersionConflict);
  });

  it('is not created for a stream that does not exist', async () => {
    const unknownOrder = ids.next();
    expect(await shop.store.withRepairedHead(unknownOrder, async (found) => found)).toBeUndefined();
    expect(await db.query('select from order_heads where order_id = $1', [unknownOrder])).toEqual([]);
  });

  it('is reported by the running shop while it is wrong', async () => {
    const leadership = {
      leads: () => true,
      onNotification: () => undefined,
      onReopened: () => undefined,
    } as unknown as Leadership;
    const watch = new HeadWatch(db, leadership, new LogSignals('ordering', leadership));
    const health = new LogHealth('ordering', db, watch);
    await watch.checkHeads();
    const before = watch.ordersWithWrongHead;
    await raiseHead();
    await watch.checkHeads();
    expect(watch.ordersWithWrongHead).toEqual([...before, order]);
    await expect(health.check()).rejects.toThrow('orders have a head');
    await shop.store.withRepairedHead(order, async () => undefined);
    await watch.checkHeads();
    expect(watch.ordersWithWrongHead).toEqual(before);
  });
});

describe('An event that waits for its position', () => {
  afterEach(() => jest.restoreAllMocks());

  it('is reported when no process numbers events for half a minute', async () => {
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const health = new LogHealth('ordering', db);
    await health.check();
    now = 29_000;
    await health.check();
    now = 31_000;
    await expect(health.check()).rejects.toThrow('has waited for its position for 31 s');
    await test.admin('truncate ordering.order_pending');
    await health.check();
  });
});
