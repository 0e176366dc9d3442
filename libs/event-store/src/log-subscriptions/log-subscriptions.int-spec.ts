import { Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { register, type Gauge } from 'prom-client';
import type { Uuid } from '#kernel';
import { Config, ConfigModule } from '#platform/config';
import { contextDatabase, Database } from '#database';
import { contextEventStore, EventStore, EventTypes } from '#event-store';
import { contextMessaging } from '#messaging';
import { SystemModule } from '#platform/system';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { eventually } from '../../../../test/support/eventually';
import { happening, ids, TestMessage } from '../testing/store';
import { tables } from '../testing/tables';
import { LogSubscriptions, type LogSubscription } from '.';

let test: TestDatabase;
let opened: { readonly shop: INestApplicationContext }[] = [];
beforeAll(async () => {
  test = await testDatabase();
  await test.admin('create table ordering.cups (order_id uuid, position bigint, n int)');
  await test.admin('grant all on ordering.cups to shop_ordering');
});
afterEach(async () => {
  await Promise.all(opened.map(({ shop }) => shop.close()));
  opened = [];
});
afterAll(() => test.drop());

@Injectable()
class Orders {
  constructor(
    readonly db: Database,
    readonly store: EventStore,
    readonly subscriptions: LogSubscriptions,
  ) {}
}

const fits = (data: unknown): boolean => (data as { n?: unknown }).n !== 'broken';

/** Opens a process of the shop whose code subscribes to the log. */
const open = async (subscribe: (db: Database) => readonly LogSubscription[]) => {
  @Injectable()
  class CountCups {
    constructor(subscriptions: LogSubscriptions, db: Database) {
      for (const one of subscribe(db)) subscriptions.subscribe(one);
    }
  }
  @Module({
    imports: [
      contextDatabase('ordering'),
      contextMessaging('ordering', [TestMessage]),
      contextEventStore('ordering', { tables, types: new EventTypes([{ type: 'Happened', fits }, { type: 'Ended' }]) }),
    ],
    providers: [Orders, LogSubscriptions, CountCups],
  })
  class Ordering {}
  const sealSigningKey = Buffer.alloc(32, 5).toString('base64');
  const macs = { eventMacKey: sealSigningKey, eventFormerKeys: [] };
  const config = Object.assign(new Config(), { ...test.config, ...macs, sealSigningKey });
  @Module({ imports: [ConfigModule.with(config), SystemModule, Ordering] })
  class Shop {}
  const shop = await NestFactory.createApplicationContext(Shop, { logger: false, abortOnError: false });
  const one = { shop, ...pick(shop.get(Orders)) };
  opened.push(one);
  return one;
};
const pick = ({ db, store, subscriptions }: Orders) => ({ db, store, subscriptions });

const cupCounter =
  (name: string, more: Partial<LogSubscription> = {}) =>
  (db: Database): LogSubscription[] => [
    {
      name,
      from: 'start',
      handler: ({ streamId, position, data }) =>
        db.query('insert into cups values ($1, $2, $3)', [streamId, position, (data as { n?: number }).n]),
      ...more,
    },
  ];

const append = async (store: EventStore, count: number, type = 'Happened'): Promise<Uuid> => {
  const orderId = ids.next();
  const data = Array.from({ length: count }, (_, n) => ({ n }));
  const one = happening(orderId, 0, data);
  await store.append({ ...one, events: one.events.map((event) => ({ ...event, type })) });
  return orderId;
};
const readCups = (orderId: Uuid) =>
  test.admin<{ n: number }>('select n from ordering.cups where order_id = $1 order by position, n', [orderId]);
const waitUntilHandled = (orderId: Uuid, ...ns: number[]) =>
  eventually(async () => expect((await readCups(orderId)).map(({ n }) => n)).toEqual(ns), 10_000);
/** Waits until the subscription has stored its first checkpoint. From then on it receives every new event. */
const waitUntilBegun = (subscription: string) =>
  eventually(async () => {
    const rows = await test.admin(`select from ordering.log_subscriptions where name = $1`, [subscription]);
    expect(rows).toHaveLength(1);
  }, 10_000);
const readFailures = async (subscription: string) => {
  const { values } = await (register.getSingleMetric('shop_log_subscription_failures') as Gauge).get();
  return values.find(({ labels }) => labels['subscription'] === subscription)?.value;
};

describe('A log subscription', () => {
  it('receives every event from the start, once and in order, and continues at its checkpoint after a restart', async () => {
    const first = await open(() => []);
    const before = await append(first.store, 3);
    first.subscriptions.subscribe(cupCounter('from-start')(first.db)[0]);
    await waitUntilHandled(before, 0, 1, 2);
    await first.shop.close();
    opened = [];
    const second = await open(cupCounter('from-start'));
    const after = await append(second.store, 2);
    await waitUntilHandled(after, 0, 1);
    await waitUntilHandled(before, 0, 1, 2);
  });

  it('skips an event whose data does not match the schema of its type', async () => {
    const { store } = await open(cupCounter('bad-rows'));
    const orderId = ids.next();
    await store.append(happening(orderId, 0, [{ n: 1 }, { n: 'broken' }, { n: 2 }]));
    await waitUntilHandled(orderId, 1, 2);
    expect(await readFailures('bad-rows')).toBe(0);
  });

  it('can begin with the next event or after a position, and receives only the requested types', async () => {
    const first = await open(() => []);
    const before = await append(first.store, 2);
    await eventually(async () => expect((await first.store.read(before))[1].position).not.toBeNull());
    const [{ position }] = await first.store.read(before);
    await first.shop.close();
    opened = [];

    const handleFromNow = jest.fn(() => Promise.resolve());
    const handleFromPosition = jest.fn(() => Promise.resolve());
    const { store } = await open(() => [
      { name: 'from-now', from: 'now', types: ['Ended'], handler: handleFromNow },
      { name: 'from-position', from: position!, handler: handleFromPosition },
    ]);
    await waitUntilBegun('from-now');
    await append(store, 1);
    const ended = await append(store, 1, 'Ended');
    await eventually(() => expect(handleFromNow.mock.calls).toMatchObject([[{ streamId: ended, type: 'Ended' }]]));
    await eventually(() => expect(handleFromPosition).toHaveBeenCalledTimes(3));
    expect(handleFromPosition.mock.calls).toMatchObject([
      [{ streamId: before, position: position! + 1 }],
      [{}],
      [{ streamId: ended }],
    ]);
  });

  it('receives each event once when the lead moves from one process to the other', async () => {
    const [one, other] = [await open(cupCounter('shared')), await open(cupCounter('shared'))];
    const orders = [await append(one.store, 5)];
    await waitUntilHandled(orders[0], 0, 1, 2, 3, 4);
    await one.shop.close();
    opened = [other];
    orders.push(await append(other.store, 3));
    await waitUntilHandled(orders[1], 0, 1, 2);
    await waitUntilHandled(orders[0], 0, 1, 2, 3, 4);
  }, 20_000);

  it('rolls back the work of the handler if another process has moved the checkpoint', async () => {
    let meanwhile = () => Promise.resolve();
    const { store } = await open((db) => [
      {
        name: 'fenced',
        from: 'now',
        handler: async ({ streamId, data }) => {
          await db.query('insert into cups values ($1, 0, $2)', [streamId, (data as { n: number }).n]);
          await meanwhile();
        },
      },
    ]);
    await waitUntilBegun('fenced');
    const firstOrder = await append(store, 1);
    await waitUntilHandled(firstOrder, 0);
    meanwhile = async () => {
      meanwhile = () => Promise.resolve();
      await test.admin(`update ordering.log_subscriptions set position = position + 1 where name = 'fenced'`);
    };
    const orderId = await append(store, 2);
    await waitUntilHandled(orderId, 1);
  });

  it('stops at an event that its handler refuses, reports it, and continues later; other subscriptions do not stop', async () => {
    let isBroken = true;
    const { store } = await open((db) => [
      {
        name: 'stuck',
        from: 'now',
        handler: async ({ streamId, data }) => {
          const { n } = data as { n: number };
          await db.query('insert into cups values ($1, 0, $2)', [streamId, n]);
          if (isBroken && n === 1) throw new Error('no cup');
        },
      },
      {
        name: 'other',
        from: 'now',
        handler: ({ streamId }) => db.query('insert into cups values ($1, 0, 7)', [streamId]),
      },
    ]);
    const row = `select failures, error from ordering.log_subscriptions where name = 'stuck'`;
    await waitUntilBegun('stuck');
    await waitUntilBegun('other');
    const orderId = await append(store, 3);
    await waitUntilHandled(orderId, 0, 7, 7, 7);
    await eventually(async () => {
      expect(await readFailures('stuck')).toBeGreaterThan(1);
      expect((await test.admin<{ error: string }>(row))[0].error).toContain('no cup');
    });
    expect(await readFailures('other')).toBe(0);
    isBroken = false;
    await waitUntilHandled(orderId, 0, 1, 2, 7, 7, 7);
    expect(await readFailures('stuck')).toBe(0);
    expect(await test.admin(row)).toEqual([{ failures: 0, error: null }]);
  });

  it('cannot have the name of another subscription', async () => {
    const { subscriptions, db } = await open(cupCounter('twin'));
    expect(() => subscriptions.subscribe(cupCounter('twin')(db)[0])).toThrow(
      'already a log subscription with the name twin',
    );
  });
});
