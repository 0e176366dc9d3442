import type { IEventHandler } from '@nestjs/cqrs';
import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { InboxEventsHandler } from '../messages/inbox-handlers';
import { subscribe } from '../outbox/subscriptions.store';
import { eventually } from '../../../../test/support/eventually';
import { Nothing } from '../testing/messages';
import { Inventory, migrateTwoContexts, startTwoContexts } from '../testing/two-contexts';
import { Redeliveries } from './redelivery';
import { SubscriptionAdmin } from './subscription-admin';

jest.setTimeout(60_000);

let database: TestDatabase;
const apps: INestApplicationContext[] = [];
const noted: string[] = [];

/** A handler that only a later build has. */
@InboxEventsHandler([Nothing], { name: 'note-nothing' })
class NoteNothing implements IEventHandler<Nothing> {
  async handle({ body: { orderId, n } }: Nothing): Promise<void> {
    noted.push(`${orderId} ${n}`);
  }
}

beforeAll(async () => {
  database = await testDatabase({ empty: true });
  await migrateTwoContexts(database.url);
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  noted.length = 0;
  await database.admin(`
    set shop.drop_subscriptions = 'on';
    delete from inventory.subscriptions;
    truncate inventory.inbox, inventory.outbox, inventory.outbox_owed`);
});
afterAll(() => database.drop());

async function open(handled: string[] = [], ...more: (typeof NoteNothing)[]) {
  const onNothing = ({ body: { orderId, n } }: Nothing) => void handled.push(`${orderId} ${n}`);
  const app = await startTwoContexts(database.url, { onNothing }, more);
  apps.push(app);
  const { db, eventBus } = app.get(Inventory, { strict: false });
  return {
    app,
    redeliveries: app.get(Redeliveries, { strict: false }),
    admin: app.get(SubscriptionAdmin, { strict: false }),
    send: (key: string, ...numbers: number[]) =>
      db.transaction(async () => void eventBus.publishAll(numbers.map((n) => new Nothing({ orderId: key, n })))),
  };
}

const handledInOrder = (key: string, ...numbers: number[]) => numbers.map((n) => `${key} ${n}`);

describe('A context that was restored from a backup', () => {
  it('gets its lost messages again, once and in order', async () => {
    const handled: string[] = [];
    const { redeliveries, send } = await open(handled);
    const key = randomUUID();
    await send(key, 1, 2, 3, 4);
    await eventually(() => expect(handled).toEqual(handledInOrder(key, 1, 2, 3, 4)));
    await eventually(async () =>
      expect(await database.admin(`select 1 from inventory.inbox where state <> 'done'`)).toEqual([]),
    );
    await database.admin(`delete from inventory.inbox where (body->>'n')::int > 2`);
    handled.length = 0;

    const redelivery = { to: 'inventory', since: { seconds: 3_600 }, from: 'inventory' } as const;
    const expected = { from: 'inventory', found: 4, missing: 2 };
    expect(await redeliveries.redeliver({ ...redelivery, dryRun: true })).toEqual([expected]);
    expect(handled).toEqual([]);
    expect(await redeliveries.redeliver(redelivery)).toEqual([expected]);
    await eventually(() => expect(handled).toEqual(handledInOrder(key, 3, 4)));
    expect(await redeliveries.redeliver(redelivery)).toEqual([{ ...expected, missing: 0 }]);
    expect(await redeliveries.redeliver({ ...redelivery, since: { at: new Date(Date.now() + 60_000) } })).toEqual([]);
  });

  it('parks a redelivered message behind a dead letter of the same order', async () => {
    const handled: string[] = [];
    const { redeliveries, send } = await open(handled);
    const key = randomUUID();
    await send(key, 1, 2);
    await eventually(() => expect(handled).toHaveLength(2));
    await eventually(async () =>
      expect(await database.admin(`select 1 from inventory.inbox where state <> 'done'`)).toEqual([]),
    );
    await database.admin(`delete from inventory.inbox where (body->>'n')::int = 2`);
    await database.admin(`update inventory.inbox set state = 'dead', held = true, error = 'poison'`);
    await redeliveries.redeliver({ to: 'inventory', since: 'start', from: 'inventory' });
    expect(await database.admin(`select held, next_at = 'infinity' as parked from inventory.inbox where state = 'waiting'`)) // prettier-ignore
      .toEqual([{ held: true, parked: true }]);
  });
});

describe('A handler that was added later', () => {
  it('gets the messages from before it was added, and other handlers get none', async () => {
    const handled: string[] = [];
    const before = await open();
    const key = randomUUID();
    await before.send(key, 1, 2, 3);
    await eventually(async () =>
      expect(await database.admin(`select 1 from inventory.inbox where state = 'done'`)).toHaveLength(3),
    );
    await apps.pop()!.close();
    // the handler `nothing` must not get this message again
    await database.admin(`delete from inventory.inbox where (body->>'n')::int = 3`);
    const { redeliveries } = await open(handled, NoteNothing);
    await redeliveries.redeliver({ to: 'inventory', handler: 'note-nothing', since: 'start' });
    await eventually(() => expect(noted).toEqual(handledInOrder(key, 1, 2, 3)));
    expect(handled).toEqual([]);
    await expect(redeliveries.redeliver({ to: 'inventory', handler: 'nobody', since: 'start' })).rejects.toThrow(
      'no such handler',
    );
  });
});

describe('A subscription', () => {
  const gone = { handler: 'gone', type: Nothing.type, lane: 'gone' };

  it('of a living process is not dropped', async () => {
    const { admin } = await open();
    const drop = admin.drop({ context: 'inventory', handler: 'nothing' });
    await expect(drop).rejects.toThrow(/^Build \w+ \(instance \d+, started .*\) has the handler nothing/);
  });

  it('of no living process is dropped; its messages stay, or are marked as done if a reason is given', async () => {
    await subscribe(database.of('inventory'), [gone], true);
    const { admin, send } = await open();
    await database.admin(
      `insert into inventory.inbox (message_id, handler, lane, key, type, body, meta, held, next_at)
       values (gen_random_uuid(), 'gone', 'gone', 'x', $1, '{}', '{}', true, 'infinity')`,
      [Nothing.type],
    );
    const drop = { context: 'inventory', handler: 'gone' } as const;
    await expect(admin.drop({ ...drop, type: 'other' })).rejects.toThrow('no such subscription');
    expect(await admin.drop(drop)).toEqual({ types: [Nothing.type], done: 0, waiting: 1, sent: [] });
    expect((await admin.list('inventory')).map(({ handler }) => handler)).not.toContain('gone');
    await send(randomUUID(), 1);
    await eventually(async () =>
      expect(await database.admin('select 1 from inventory.outbox where sent_at is null')).toEqual([]),
    );
    await subscribe(database.of('inventory'), [gone], true);
    expect(await admin.drop({ ...drop, withMessages: 'by os:0: merged into another' })).toMatchObject({ done: 1 });
    const [{ state, error }] = await database.admin<{ state: string; error: string }>(
      `select state, error from inventory.inbox where handler = 'gone' and key = 'x'`,
    );
    expect({ state, error }).toEqual({ state: 'done', error: 'dropped: by os:0: merged into another' });
  });

  it('is listed for each instance that has no handler for it, even after the build that added it has ended', async () => {
    const { admin } = await open();
    const lacks = async () =>
      (await admin.instances()).filter(({ context }) => context === 'inventory').map((one) => one.lacks);
    expect(await lacks()).toEqual([[]]);
    await open([], NoteNothing);
    expect((await lacks()).sort()).toEqual([[], [`note-nothing ${Nothing.type}`]]);
    await apps.pop()!.close();
    expect(await lacks()).toEqual([[`note-nothing ${Nothing.type}`]]);
  });

  it('of a context without handlers is not listed as missing', async () => {
    await subscribe(database.of('inventory'), [], true);
    const { admin } = await open();
    expect((await admin.instances()).filter(({ lacks }) => lacks.length > 0)).toEqual([]);
  });
});
