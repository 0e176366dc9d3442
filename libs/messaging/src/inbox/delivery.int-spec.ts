import type { IEventHandler } from '@nestjs/cqrs';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { Leadership } from '#database/leadership';
import { millisecondsOf } from '../../../../test/support/milliseconds-of';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { InboxEventsHandler } from '../messages/inbox-handlers';
import { MessagingRuntime } from '../outbox/messaging-runtime';
import { relayLeadName } from '../outbox/relay';
import { deleteEndedInstances } from '../instances/instances.store';
import { dropSubscriptions } from '../outbox/subscriptions.store';
import { eventually } from '../../../../test/support/eventually';
import { Nothing, Poured } from '../testing/messages';
import { migrateTwoContexts, startTwoContexts } from '../testing/two-contexts';

jest.setTimeout(60_000);

/** A newer build has one more handler, for a type that had no handler before. */
@InboxEventsHandler([Poured], { name: 'drink-up' })
class DrinkUp implements IEventHandler<Poured> {
  async handle(): Promise<void> {
    // the test needs the delivery only
  }
}

let database: TestDatabase;
const apps: INestApplicationContext[] = [];

beforeAll(async () => {
  database = await testDatabase({ empty: true });
  await migrateTwoContexts(database.url);
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await database.admin(`
    set shop.drop_subscriptions = 'on';
    delete from inventory.subscriptions;
    truncate inventory.inbox, inventory.outbox, inventory.outbox_owed, inventory.instances, inventory.builds`);
});
afterAll(() => database.drop());

const open = async (...more: (typeof DrinkUp)[]) => {
  const app = await startTwoContexts(database.url, {}, more);
  apps.push(app);
  return app;
};
const close = async (app: INestApplicationContext) => {
  apps.splice(apps.indexOf(app), 1);
  await app.close();
};
const leads = (app: INestApplicationContext) =>
  app.get(Leadership, { strict: false }).leads(relayLeadName('inventory'));

/** Inserts messages into the outbox, like another process of the context. Returns their ids. */
async function pour(count: number): Promise<string[]> {
  const rows = await database.admin<{ id: string }>(
    `insert into inventory.outbox (id, type, key, body, meta)
     select gen_random_uuid(), $1, n::text, jsonb_build_object('orderId', n::text, 'cups', '[]'::jsonb),
       jsonb_build_object('correlationId', 'x', 'occurredAt', now())
     from generate_series(1, $2::int) as n returning id`,
    [Poured.type, count],
  );
  return rows.map(({ id }) => id);
}
const arrived = async () =>
  (await database.admin<{ id: string }>(`select message_id as id from inventory.inbox where handler = 'drink-up'`))
    .map(({ id }) => id)
    .sort();

describe('A new handler of a newer build', () => {
  it('gets messages in a process whose build was subscribed by another process a moment before', async () => {
    const older = await open();
    await eventually(() => expect(leads(older)).toBe(true));
    await pour(1); // now the older build has just read the subscriptions
    const first = open(DrinkUp);
    await eventually(async () =>
      expect(await database.admin(`select 1 from inventory.subscriptions where handler = 'drink-up'`)).not.toEqual([]),
    );
    await open(DrinkUp);
    const sent = await pour(20);
    await first;
    await eventually(async () => expect(await arrived()).toEqual(expect.arrayContaining(sent)));
  });

  it('is subscribed again if its process was paused and its subscriptions were dropped meanwhile', async () => {
    await open(DrinkUp);
    await database.admin(`update inventory.instances set seen_at = now() - interval '1 minute'`);
    const inventory = database.of('inventory');
    await inventory.transaction(async () => {
      await deleteEndedInstances(inventory);
      await dropSubscriptions(inventory, 'drink-up', null);
    });
    await eventually(async () =>
      expect(await database.admin(`select 1 from inventory.subscriptions where handler = 'drink-up'`)).not.toEqual([]),
    );
  });

  it('gets messages while an older build leads, and after that build starts again', async () => {
    const older = await open();
    await eventually(() => expect(leads(older)).toBe(true));
    const newer = await open(DrinkUp);
    expect(leads(older)).toBe(true);
    const sent = await pour(50);
    await eventually(async () => expect(await arrived()).toEqual([...sent].sort()));

    await close(older);
    await eventually(() => expect(leads(newer)).toBe(true));
    await open();
    sent.push(...(await pour(50)));
    await eventually(async () => expect(await arrived()).toEqual([...sent].sort()));

    await close(newer);
    sent.push(...(await pour(50)));
    await eventually(async () => expect(await arrived()).toEqual([...sent].sort()));
  });

  it('gets messages from its start on, although the leader had read the subscriptions just before', async () => {
    const older = await open();
    await eventually(() => expect(leads(older)).toBe(true));
    let busy = true;
    const after: string[] = [];
    let started = false;
    const traffic = (async () => {
      while (busy) {
        const before = started;
        const ids = await pour(1);
        older.get(MessagingRuntime, { strict: false }).endpoint('inventory').relay.ring(); // as after its own messages
        if (before) after.push(...ids);
        await pause(20);
      }
    })();
    await pause(200);
    await open(DrinkUp);
    started = true;
    await pause(2_500);
    busy = false;
    await traffic;
    expect(after.length).toBeGreaterThan(0);
    await eventually(async () => expect(await arrived()).toEqual(expect.arrayContaining(after)));
  });

  it('delays the start of its process until all relays know it, but not if no other process is alive', async () => {
    const aloneMs = await millisecondsOf(() => open());
    const besideMs = await millisecondsOf(() => open(DrinkUp)); // it has a new subscription
    expect(besideMs - aloneMs).toBeGreaterThan(1_000);
  });
});

describe('A message', () => {
  it('without a subscriber counts as sent', async () => {
    await open();
    await pour(3);
    await eventually(async () =>
      expect(await database.admin('select 1 from inventory.outbox where sent_at is null')).toEqual([]),
    );
    expect(await arrived()).toEqual([]);
  });

  it('carries its number in the outbox of the sender', async () => {
    await open();
    const key = randomUUID();
    await database.admin(
      `insert into inventory.outbox (id, type, key, body, meta)
       values (gen_random_uuid(), $1, $2, '{"orderId": "x", "n": 1}', '{"correlationId": "x"}')`,
      [Nothing.type, key],
    );
    await eventually(async () => {
      const [row] = await database.admin<{ sequence: number; seq: number }>(
        `select (i.meta->>'sequence')::int as sequence, o.seq::int as seq
         from inventory.inbox i join inventory.outbox o on o.id = i.message_id where i.key = $1`,
        [key],
      );
      expect(row.sequence).toBe(row.seq);
    });
  });
});
