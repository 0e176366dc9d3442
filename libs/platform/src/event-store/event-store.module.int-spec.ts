import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { Config, ConfigModule } from '#platform/config';
import { contextDatabase } from '#platform/database';
import { contextMessaging } from '#platform/messaging';
import { SystemModule } from '#platform/system';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { eventually } from '../messaging/testing/eventually';
import { contextEventStore, EventStore, EventTypes } from '.';
import { StoreCare } from './store-care.job';
import { happening, ids, Told } from './testing/store';

let test: TestDatabase;
beforeAll(async () => (test = await testDatabase()));
afterAll(() => test.drop());

@Injectable()
class Orders {
  constructor(readonly store: EventStore) {}
}

const start = () => {
  @Module({
    imports: [
      contextDatabase('ordering'),
      contextMessaging('ordering', [Told]),
      contextEventStore('ordering', new EventTypes([{ type: 'Happened' }])),
    ],
    providers: [Orders],
  })
  class Ordering {}
  const config = Object.assign(new Config(), {
    ...test.config,
    sealSigningKey: Buffer.alloc(32, 5).toString('base64'),
  });
  @Module({ imports: [ConfigModule.with(config), SystemModule, ScheduleModule.forRoot(), Ordering] })
  class Shop {}
  return NestFactory.createApplicationContext(Shop, { logger: ['error'], abortOnError: false });
};

describe('A context with streams', () => {
  it('has its events numbered by one of its processes, and hears of it in each', async () => {
    const shops = [await start(), await start()];
    const stores = shops.map((shop) => shop.get(Orders).store);
    const heads = stores.map(() => 0);
    stores.forEach((store, n) => store.onNumbered((head) => (heads[n] = head)));
    await eventually(async () => {
      for (const store of stores) await store.append(happening(ids.next(), 0));
      expect(Math.min(...heads)).toBeGreaterThan(1); // a process is known to its peers within a second
    });
    await shops[0].close();
    const last = await stores[1].append(happening(ids.next(), 0)); // whoever led is gone
    await eventually(async () => expect((await stores[1].read(last.events[0].orderId))[0].position).toBe(heads[1]));
    await shops[1].close();
  }, 20_000);

  it('forgets idempotency keys after a day', async () => {
    const shop = await start();
    const key = (name: string) => ({ caller: 'c', key: name, bodyHash: 'h', command: 'X' });
    const { store } = shop.get(Orders);
    for (const name of ['old', 'new']) await store.append(happening(ids.next(), 0, [{}], { idempotency: key(name) }));
    await test.admin(`update ordering.idempotency_keys set created_at = now() - interval '25 hours' where key = 'old'`);
    expect(await shop.get(StoreCare, { strict: false }).prune()).toBe(1);
    await shop.get(StoreCare, { strict: false }).sweepUp();
    expect(await store.findKey('c', 'old')).toBeUndefined();
    expect(await store.findKey('c', 'new')).toBeDefined();
    await shop.close();
  }, 20_000);
});
