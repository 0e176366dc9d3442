import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { Config, ConfigModule } from '#platform/config';
import { contextDatabase } from '#database';
import { contextMessaging } from '#messaging';
import { SystemModule } from '#platform/system';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { eventually } from '../../../../test/support/eventually';
import { contextEventStore, EventStore, EventTypes } from '..';
import { StoreMaintenance, type Prune } from './store-maintenance.job';
import { happening, ids, TestMessage } from '../testing/store';
import { tables } from '../testing/tables';

let test: TestDatabase;
beforeAll(async () => (test = await testDatabase()));
afterAll(() => test.drop());

@Injectable()
class Orders {
  constructor(readonly store: EventStore) {}
}

const start = (prunes: readonly Prune[] = []) => {
  @Module({
    imports: [
      contextDatabase('ordering'),
      contextMessaging('ordering', [TestMessage]),
      contextEventStore('ordering', { tables, types: new EventTypes([{ type: 'Happened' }]), prunes }),
    ],
    providers: [Orders],
  })
  class Ordering {}
  const config = Object.assign(new Config(), {
    ...test.config,
    sealSigningKey: Buffer.alloc(32, 5).toString('base64'),
    eventMacKey: Buffer.alloc(32, 6).toString('base64'),
    eventFormerKeys: [],
  });
  @Module({ imports: [ConfigModule.with(config), SystemModule, ScheduleModule.forRoot(), Ordering] })
  class Shop {}
  return NestFactory.createApplicationContext(Shop, { logger: ['error'], abortOnError: false });
};

describe('A context with streams', () => {
  it('has its events numbered by one of its processes, and all processes are notified', async () => {
    const shops = [await start(), await start()];
    const stores = shops.map((shop) => shop.get(Orders).store);
    const heads = stores.map(() => 0);
    stores.forEach((store, n) => store.onNumbered((head) => (heads[n] = head)));
    await eventually(async () => {
      for (const store of stores) await store.append(happening(ids.next(), 0));
      expect(Math.min(...heads)).toBeGreaterThan(1); // the processes know each other within a second
    });
    await shops[0].close();
    const last = await stores[1].append(happening(ids.next(), 0)); // perhaps the process that was closed was the leader
    await eventually(async () => expect((await stores[1].read(last.events[0].streamId))[0].position).toBe(heads[1]));
    await shops[1].close();
  }, 20_000);

  it('runs the prunes of the context in the leading process, and continues when one fails', async () => {
    const prunes = [jest.fn(() => Promise.reject(new Error('no'))), jest.fn(async () => undefined)];
    const shop = await start(prunes);
    const maintenance = shop.get(StoreMaintenance, { strict: false });
    await eventually(async () => {
      await maintenance.prune();
      for (const prune of prunes) expect(prune).toHaveBeenCalled();
    });
    await maintenance.vacuumTables();
    await shop.close();
  }, 20_000);
});
