import { randomUUID } from 'node:crypto';
import type { IEventHandler } from '@nestjs/cqrs';
import type { INestApplicationContext } from '@nestjs/common';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { checkDiskSpace } from '#database';
import { InboxEventsHandler } from '../messages/inbox-handlers';
import { Instances } from './instances';
import { readLivingInstances, readNewestBuild } from './instances.store';
import { dropSubscriptions, listSubscriptions, subscribe } from '../outbox/subscriptions.store';
import { eventually } from '../../../../test/support/eventually';
import { Poured } from '../testing/messages';
import { migrateTwoContexts, startTwoContexts } from '../testing/two-contexts';

jest.setTimeout(60_000);

@InboxEventsHandler([Poured], { name: 'drink-up' })
class DrinkUp implements IEventHandler<Poured> {
  async handle(): Promise<void> {
    // it is not called here
  }
}

let database: TestDatabase;
const apps: INestApplicationContext[] = [];

beforeAll(async () => {
  database = await testDatabase({ empty: true });
  await migrateTwoContexts(database.url);
});
afterEach(async () => void (await Promise.all(apps.splice(0).map((app) => app.close()))));
afterAll(() => database.drop());

async function open(...more: (typeof DrinkUp)[]): Promise<Instances> {
  const app = await startTwoContexts(database.url, {}, more);
  apps.push(app);
  return app.get(Instances, { strict: false });
}
const inventory = () => database.of('inventory');

describe('A process', () => {
  it('is listed with its build and its subscriptions while it is alive', async () => {
    const instances = await open();
    const [one, ...others] = await readLivingInstances(inventory());
    expect(others).toEqual([]);
    expect(one.build).toBe(instances.buildOf('inventory'));
    expect(one.number).toBeGreaterThan(0);
    expect(one.hears).toContainEqual({
      handler: 'nothing',
      type: 'inventory.nothing.v1',
      lane: 'nothing',
      senders: [],
      onlyIf: '$.n ? (@ != -1)',
    });
    await apps.pop()!.close();
    expect(await readLivingInstances(inventory())).toEqual([]);
  });

  it('without a heartbeat for twenty seconds counts as dead until its next heartbeat', async () => {
    await open();
    await database.admin(`update inventory.instances set seen_at = now() - interval '21 seconds'`);
    expect(await readLivingInstances(inventory())).toEqual([]);
    await eventually(async () => expect(await readLivingInstances(inventory())).toHaveLength(1));
  });
});

describe('A context', () => {
  it('is failing from the first failed heartbeat until the next successful one', async () => {
    const instances = await open();
    expect([instances.isFailing('inventory'), instances.isFailing('payments')]).toEqual([false, false]);
    await database.admin('revoke update on inventory.instances from shop_inventory');
    await eventually(async () => expect(instances.isFailing('inventory')).toBe(true));
    expect(instances.isFailing('payments')).toBe(false);
    await database.admin('grant update on inventory.instances to shop_inventory');
    await eventually(async () => expect(instances.isFailing('inventory')).toBe(false));
  });

  it('that does not run in this process is not failing', async () => {
    expect((await open()).isFailing('catalog')).toBe(false);
  });

  it('has a full disk if no temporary file can be written', async () => {
    await checkDiskSpace(inventory());
    const name = new URL(database.url).pathname.slice(1);
    await database.admin(`alter database ${name} set temp_file_limit = 0`);
    await expect(checkDiskSpace(inventory())).rejects.toThrow('temporary file size exceeds');
    await database.admin(`alter database ${name} reset temp_file_limit`);
  });
});

describe('Of two builds that run at the same time', () => {
  it('the one that was registered last is the newest, and each lists what it handles', async () => {
    const older = await open();
    const newer = await open(DrinkUp);
    expect(older.buildOf('inventory')).not.toBe(newer.buildOf('inventory'));
    expect(older.buildOf('payments')).toBe(newer.buildOf('payments'));
    await open(); // a second process of the older build
    expect([await older.isNewest('inventory'), await newer.isNewest('inventory')]).toEqual([false, true]);
    expect(await older.handledByLiving('inventory')).toContainEqual({ handler: 'drink-up', type: Poured.type });
    await apps.splice(1, 1)[0].close();
    expect(await older.isNewest('inventory')).toBe(true);
    expect(await older.handledByLiving('inventory')).not.toContainEqual({ handler: 'drink-up', type: Poured.type });
  });

  it('none is the newest if no process is alive', async () => {
    expect(await readNewestBuild(inventory())).toBeUndefined();
  });
});

describe('Subscriptions', () => {
  const sip = { handler: 'sip', type: 'inventory.poured.v1', lane: 'sip' };
  const own = async () => (await listSubscriptions(inventory())).filter(({ handler }) => handler === 'sip');

  it('are added and moved to another lane by a start; neither a start nor a plain DELETE removes them', async () => {
    expect(await subscribe(inventory(), [sip], true)).toMatchObject({ added: 1, age: 0 });
    expect(await subscribe(inventory(), [{ ...sip, lane: 'gulp' }], true)).toMatchObject({ added: 0 });
    await subscribe(inventory(), [], true);
    await database.of('inventory').query('delete from subscriptions');
    expect(await own()).toMatchObject([{ lane: 'gulp', waiting: 0 }]);
  });

  it('are those of the newest build again after another build changed them and ended', async () => {
    await open();
    const row = `select lane, only_if::text as condition, senders from inventory.subscriptions where handler = 'nothing'`;
    const [before] = await database.admin(row);
    await database.admin(
      `update inventory.subscriptions set lane = 'other', only_if = '$.n ? (@ == 0)', senders = '{cart}' where handler = 'nothing'`,
    );
    const id = randomUUID();
    await database.admin(
      `insert into inventory.inbox (message_id, handler, lane, key, type, body, meta)
       values ($1, 'nothing', 'other', 'k', 'inventory.nothing.v1', '{"orderId": "k", "n": 1}', '{}')`,
      [id],
    );
    await eventually(async () => expect(await database.admin(row)).toEqual([before]));
    const message = 'select lane, state from inventory.inbox where message_id = $1';
    await eventually(async () =>
      expect(await database.admin(message, [id])).toEqual([{ lane: 'nothing', state: 'done' }]),
    );
  });

  it('have no condition while a paused process with another condition can still continue', async () => {
    const condition = async () => {
      const [row] = await database.admin<{ condition: string | null }>(
        `select only_if::text as condition from inventory.subscriptions where handler = 'sip'`,
      );
      return row.condition;
    };
    await database.admin(
      `insert into inventory.instances (id, number, build, hears, seen_at)
       values (gen_random_uuid(), 902, 'paused', $1, now() - interval '1 hour')`,
      [JSON.stringify([sip])],
    );
    await subscribe(inventory(), [{ ...sip, onlyIf: '$.cups ? (@ > 3)' }], true);
    expect(await condition()).toBeNull();
    await database.admin(`update inventory.instances set ended_at = now() where build = 'paused'`);
    await subscribe(inventory(), [{ ...sip, onlyIf: '$.cups ? (@ > 3)' }], true);
    expect(await condition()).toBe('$."cups"?(@ > 3)');
    await database.admin(`delete from inventory.instances where build = 'paused'`);
  });

  it('have their condition only while no living build has another condition', async () => {
    const condition = async () => {
      const [row] = await database.admin<{ condition: string | null }>(
        `select only_if::text as condition from inventory.subscriptions where handler = 'sip'`,
      );
      return row.condition;
    };
    const bigCups = { ...sip, onlyIf: '$.cups ? (@ > 3)' };
    const living = (build: string, ...hears: object[]) =>
      database.admin(
        `insert into inventory.instances (id, number, build, hears) values ('${randomUUID()}', 901, '${build}', '${JSON.stringify(hears)}')`,
      );
    await subscribe(inventory(), [bigCups], true);
    expect(await condition()).toBe('$."cups"?(@ > 3)');
    await living('same', bigCups);
    await subscribe(inventory(), [bigCups], true);
    expect(await condition()).toBe('$."cups"?(@ > 3)');
    await living('other', sip);
    await subscribe(inventory(), [bigCups], false);
    expect(await condition()).toBeNull();
    await database.admin(`delete from inventory.instances where build = 'other'`);
    await subscribe(inventory(), [bigCups], true);
    expect(await condition()).toBe('$."cups"?(@ > 3)');
    await subscribe(inventory(), [sip], true); // the handler has no condition now, but a living instance has one
    expect(await condition()).toBeNull();
    await database.admin(`delete from inventory.instances where build = 'same'`);
  });

  it('are removed by dropSubscriptions', async () => {
    expect(await dropSubscriptions(inventory(), 'sip', null)).toEqual([sip.type]);
    expect(await own()).toEqual([]);
  });
});
