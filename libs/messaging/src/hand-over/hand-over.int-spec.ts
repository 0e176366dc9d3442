import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { register } from 'prom-client';
import { eventually } from '../../../../test/support/eventually';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { runSingleStatement, singleStatement } from '../outbox/single-statement';
import { MessageEndpoints } from '../outbox/message-endpoints';
import { Transport } from '../outbox/transport';
import { Alarm, Ask } from '../testing/messages';
import { type Behaviour, Inventory, migrateTwoContexts, startTwoContexts } from '../testing/two-contexts';
import { LEASE_MS } from './lease';

jest.setTimeout(30_000);

let database: TestDatabase;
const apps: INestApplicationContext[] = [];

beforeAll(async () => {
  database = await testDatabase({ empty: true });
  await migrateTwoContexts(database.url);
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await database.admin(
    'truncate inventory.inbox, payments.inbox, inventory.outbox, payments.outbox, inventory.effects',
  );
});
afterAll(() => database.drop());

async function start(behaviour: Partial<Behaviour> = {}) {
  const app = await startTwoContexts(
    { databaseUrl: database.url, databaseUrls: {}, messageDelivery: 'direct' },
    behaviour,
  );
  apps.push(app);
  const { db, eventBus } = app.get(Inventory, { strict: false });
  const ask = (orderId: string, ...numbers: number[]) =>
    db.transaction(async () => void eventBus.publishAll(numbers.map((n) => new Ask({ orderId, n }))));
  return { app, db, eventBus, ask, endpoints: app.get(MessageEndpoints, { strict: false }) };
}

const answered = async (orderId: string) =>
  (await database.admin<{ n: number }>('select n from inventory.effects where key = $1 order by seq', [orderId])).map(
    ({ n }) => n,
  );
const unsent = () => database.admin('select 1 from inventory.outbox where sent_at is null');
const asks = () =>
  database.admin<{ state: string; claimedBy: number; isLeased: boolean }>(
    `select state, claimed_by as "claimedBy", next_at > now() and claimed_by = 0 as "isLeased" from payments.inbox order by seq`,
  );

async function countSent(way: string): Promise<number> {
  const { values } = await register.getSingleMetric('shop_messages_sent_total')!.get();
  return values.filter(({ labels }) => labels['way'] === way).reduce((sum, { value }) => sum + value, 0);
}

describe('A message for a context in the same database', () => {
  it('is in the inbox of the receiver when the transaction of the sender commits, and stays in the outbox as sent', async () => {
    let finish = (): void => undefined;
    const seen = new Promise<void>((done) => (finish = done));
    const { ask } = await start({ onAsk: () => seen });
    const before = await countSent('direct');
    const orderId = randomUUID();
    await ask(orderId, 1);
    expect(await asks()).toMatchObject([{ state: 'waiting', isLeased: true }]);
    expect(await unsent()).toEqual([]);
    finish();
    await eventually(async () => expect(await answered(orderId)).toEqual([1]));
    expect(await countSent('direct')).toBeGreaterThan(before);
  });

  it('is claimed by any process when the lease is over, if its process did not handle it', async () => {
    const { ask, endpoints } = await start();
    const { worker } = endpoints.get('payments');
    jest.spyOn(worker!, 'take').mockImplementationOnce(() => undefined); // as if the process had ended here
    const orderId = randomUUID();
    await ask(orderId, 1, 2);
    await pause(LEASE_MS / 2);
    expect(await answered(orderId)).toEqual([]);
    await eventually(async () => expect(await answered(orderId)).toEqual([1, 2]));
  });

  it('does not overtake an earlier message of its key that is still unsent', async () => {
    const { ask } = await start();
    const orderId = randomUUID();
    const blocked = database.admin(
      'do $$ begin lock table payments.inbox in access exclusive mode; perform pg_sleep(1); end $$',
    );
    await pause(100);
    const began = performance.now();
    await ask(orderId, 1);
    expect(performance.now() - began).toBeLessThan(800); // the sender does not wait for the receiver
    expect(await unsent()).toHaveLength(1);
    await Promise.all([blocked, ask(orderId, 2)]);
    await ask(orderId, 3);
    await eventually(async () => expect(await answered(orderId)).toEqual([1, 2, 3]));
    expect(await unsent()).toEqual([]);
  });

  it('is left to the relay if the list of subscriptions of its sender is outdated, as after a pause of the process', async () => {
    const { app, ask } = await start();
    const outdated = { types: new Set<string>(), readAt: performance.now(), databaseTime: '2026-01-01' };
    const lists = jest.spyOn(app.get(Transport, { strict: false }), 'lastSubscribed');
    lists.mockReturnValueOnce(outdated).mockReturnValueOnce(outdated);
    const before = await countSent('relay');
    const orderId = randomUUID();
    await ask(orderId, 1);
    expect(await countSent('relay')).toBe(before + 1);
    await eventually(async () => expect(await answered(orderId)).toEqual([1]));
  });

  it('is not offered to a receiver that does not want it', async () => {
    const { app, ask } = await start();
    const nothing = { types: new Set<string>(), readAt: performance.now(), databaseTime: new Date().toISOString() };
    const lists = jest.spyOn(app.get(Transport, { strict: false }), 'lastSubscribed');
    lists.mockReturnValueOnce(nothing).mockReturnValueOnce(nothing);
    await ask(randomUUID(), 1);
    expect(await asks()).toEqual([]);
    expect(await unsent()).toEqual([]);
  });

  it('is claimed by its process, not only leased, when its handler takes long', async () => {
    let finish = () => undefined as void;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    let times = 0;
    const { ask } = await start({ onAsk: () => (times++, finished) });
    await start(); // a second instance, which would claim the row
    const orderId = randomUUID();
    await ask(orderId, 1);
    await eventually(async () => expect((await asks())[0].claimedBy).toBeGreaterThan(0));
    await pause(LEASE_MS);
    finish();
    await eventually(async () => expect(await answered(orderId)).toEqual([1]));
    expect(times).toBe(1);
  });

  it('is handled outside the transaction of its sender, even if its answer comes back to the context of the sender', async () => {
    const note = singleStatement(
      'note-alarm',
      'work as (insert into effects (key, n) values ($1, $2) returning key)',
      2,
    );
    const { db, eventBus, endpoints } = await start({
      onAlarm: async ({ body: { orderId, n } }) => {
        // This sends `Ask` in the statement of the handler, so before the transaction of the handler has ended.
        await runSingleStatement(endpoints.get('inventory').outbox!, note, [orderId, n], [new Ask({ orderId, n: 6 })]);
      },
    });
    const orderId = randomUUID();
    await db.transaction(async () => void eventBus.publish(new Alarm({ orderId, n: 5 })));
    await eventually(async () => expect(await answered(orderId)).toEqual([5, 6]));
    expect(await database.admin('select handler, attempts, waits from inventory.inbox order by handler')).toEqual([
      { handler: 'alarm', attempts: 0, waits: 0 },
      { handler: 'note-answer', attempts: 0, waits: 0 },
    ]);
  });

  it('is released at once if its process stops before the handler begins', async () => {
    const never = new Promise<void>(() => undefined);
    const { app, ask } = await start({ onAsk: () => never });
    const keys = Array.from({ length: 8 }, () => randomUUID());
    for (const orderId of keys) await ask(orderId, 1); // four are running, four wait
    expect((await asks()).filter(({ isLeased }) => isLeased)).toHaveLength(8);
    void app.close();
    await eventually(async () => expect((await asks()).filter(({ isLeased }) => isLeased)).toHaveLength(4));
    apps.splice(apps.indexOf(app), 1);
    await start();
    await eventually(async () => expect((await asks()).map(({ state }) => state)).toEqual(keys.map(() => 'done')));
  });

  it('is left to the relay while the receiver has not got an earlier message', async () => {
    const { ask } = await start();
    const before = await countSent('direct');
    await database.admin(`insert into inventory.outbox_owed (receiver, seq) values ('payments', 0)`);
    const orderId = randomUUID();
    await ask(orderId, 1);
    await eventually(async () => expect(await unsent()).toEqual([]));
    expect(await countSent('direct')).toBe(before);
    await eventually(async () => expect(await answered(orderId)).toEqual([1]));
    await database.admin('truncate inventory.outbox_owed');
  });

  it('is not relayed from an outbox whose context may not send it', async () => {
    const { ask } = await start();
    await database.admin(
      `insert into inventory.outbox (id, type, key, body, meta) values
        (gen_random_uuid(), 'payments.answer.v1', 'forged', '{"orderId": "forged", "n": 1}', '{"source": "payments"}'),
        (gen_random_uuid(), 'payments.answer.v1', 'forged', '{"orderId": "forged", "n": 2}', '{"source": "inventory"}'),
        (gen_random_uuid(), 'payments.ask.v1', 'forged', '{"orderId": "forged", "n": 3}', '{"source": "ordering"}')`,
    );
    const orderId = randomUUID();
    await ask(orderId, 1);
    await eventually(async () => expect(await unsent()).toEqual([]));
    await eventually(async () => expect(await answered(orderId)).toEqual([1]));
    expect(await answered('forged')).toEqual([]);
    expect(
      await database.admin(
        `select type from inventory.inbox where key = 'forged' union all select type from payments.inbox where key = 'forged'`,
      ),
    ).toEqual([]);
  });

  it('is not taken from a role that may not send it', async () => {
    const take = (role: string, type: string, source: string) =>
      database.admin(
        `do $$ begin ${role === 'current_user' ? '' : `set local role ${role};`} perform payments.take_v1('{}', '[{"id": "${randomUUID()}", "type": "${type}", "key": "k", "body": {}, "meta": {"source": "${source}"}}]', 2000); end $$`,
      );
    await start();
    await expect(take('shop_inventory', 'payments.ask.v1', 'payments')).rejects.toThrow('may not send these messages');
    await database.admin(`insert into payments.subscriptions (type, handler, lane) values ('catalog.forged.v1', 'h', 'l')`); // prettier-ignore
    await expect(take('shop_inventory', 'catalog.forged.v1', 'inventory')).rejects.toThrow('may not send');
    // `payments.answer` is named after payments, but no handler accepts it from other contexts
    await database.admin(`insert into payments.subscriptions (type, handler, lane) values ('payments.answer.v1', 'h', 'l')`); // prettier-ignore
    await expect(take('shop_inventory', 'payments.answer.v1', 'inventory')).rejects.toThrow('may not send');
    await expect(take('current_user', 'payments.ask.v1', 'inventory')).rejects.toThrow('may not send');
    await take('shop_inventory', 'payments.ask.v1', 'inventory'); // a command that payments takes from inventory
    await expect(take('shop_ordering', 'payments.ask.v1', 'ordering')).rejects.toThrow('may not send');
    await expect(database.admin('set role shop_inventory; select * from payments.inbox')).rejects.toThrow('permission');
  });
});
