import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import type { IEventHandler } from '@nestjs/cqrs';
import { Leadership, type PgLeadership } from '#database/leadership';
import { testDatabase, type TestDatabase } from '../../../test/support/test-database';
import { MessageEndpoints } from './outbox/message-endpoints';
import { eventually } from '../../../test/support/eventually';
import { findLostMessages } from './upkeep/lost';
import { InboxEventsHandler } from './messages/inbox-handlers';
import { currentUnit } from './inbox/unit-of-work';
import { Alarm, Answer, Ask, Nothing, Poured, Stranger } from './testing/messages';
import { type Behaviour, Inventory, migrateTwoContexts, Payments, startTwoContexts } from './testing/two-contexts';

let database: TestDatabase;
const apps: INestApplicationContext[] = [];

beforeAll(async () => {
  database = await testDatabase({ empty: true });
  await migrateTwoContexts(database.url);
}, 30_000);
afterAll(() => database.drop());

let messageDelivery: 'direct' | 'relay';

async function start(behaviour: Partial<Behaviour> = {}) {
  const app = await startTwoContexts({ databaseUrl: database.url, databaseUrls: {}, messageDelivery }, behaviour);
  apps.push(app);
  return { app, inventory: app.get(Inventory, { strict: false }), payments: app.get(Payments, { strict: false }) };
}
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await database.admin(
    'truncate inventory.inbox, payments.inbox, inventory.outbox, payments.outbox, inventory.effects',
  );
});

const effects = (key: string) =>
  database
    .admin<{ n: number }>('select n from inventory.effects where key = $1 order by seq', [key])
    .then((rows) => rows.map(({ n }) => n));
const states = async (context: string) =>
  Object.fromEntries(
    (
      await database.admin<{ state: string; count: string }>(
        `select state, count(*)::int as count from ${context}.inbox group by 1`,
      )
    ).map(({ state, count }) => [state, count]),
  );

describe.each(['direct', 'relay'] as const)('A message, by %s', (delivery) => {
  beforeAll(() => (messageDelivery = delivery));
  it('goes from the outbox to the inbox and to its handler, and its answer comes back', async () => {
    const { inventory } = await start();
    const orderId = randomUUID();
    await inventory.db.transaction(async () => void inventory.eventBus.publish(new Ask({ orderId, n: 7 })));
    await eventually(async () => expect(await effects(orderId)).toEqual([7]));
    const [ask] = await database.admin<{ id: string; correlation: string }>(
      `select id, meta->>'correlationId' as correlation from inventory.outbox`,
    );
    const [answer] = await database.admin<{ cause: string; correlation: string }>(
      `select meta->>'causationId' as cause, meta->>'correlationId' as correlation from payments.outbox`,
    );
    expect(answer).toEqual({ cause: ask.id, correlation: ask.correlation });
  });

  it('does not wait for the next poll when one claim does not take all messages', async () => {
    let handled = 0;
    const { inventory } = await start({ onNothing: () => void (handled += 1) });
    const many = Array.from({ length: 190 }, (_, n) => new Nothing({ orderId: randomUUID(), n }));
    await inventory.db.transaction(async () => void inventory.eventBus.publishAll([...many]));
    await eventually(() => expect(handled).toBe(190), 3_000);
  });

  it('is not delivered to a handler whose condition it does not fulfil', async () => {
    const handled: number[] = [];
    const { inventory } = await start({ onNothing: ({ body: { n } }) => void handled.push(n) });
    const orderId = randomUUID();
    const messages = [-1, 1, -1, 2].map((n) => new Nothing({ orderId, n }));
    await inventory.db.transaction(async () => void inventory.eventBus.publishAll(messages));
    await eventually(() => expect(handled).toEqual([1, 2]));
    expect(await database.admin(`select (body->>'n')::int as n from inventory.inbox order by seq`)).toEqual([
      { n: 1 },
      { n: 2 },
    ]);
    await eventually(async () =>
      expect(await database.admin('select 1 from inventory.outbox where sent_at is null')).toEqual([]),
    );
  });

  it('is not sent when the transaction rolls back', async () => {
    const { inventory } = await start();
    const failing = inventory.db.transaction(async () => {
      inventory.eventBus.publish(new Ask({ orderId: randomUUID(), n: 1 }));
      throw new Error('the work failed');
    });
    await expect(failing).rejects.toThrow('the work failed');
    expect(await database.admin('select 1 from inventory.outbox')).toEqual([]);
  });

  it('cannot be published outside a transaction, or by a context that does not have it among its messages', async () => {
    const { inventory } = await start();
    const ask = new Ask({ orderId: randomUUID(), n: 1 });
    expect(() => inventory.eventBus.publish(ask)).toThrow('outside a transaction');
    const stranger = inventory.db.transaction(async () => void inventory.eventBus.publish(new Stranger({})));
    await expect(stranger).rejects.toThrow('not among the messages');
  });

  it('has its effect once and in order when one of two instances is paused while it handles messages, and continues later', async () => {
    let wake = () => undefined as void;
    const awake = new Promise<void>((resolve) => (wake = resolve));
    let isPaused = false;
    const first = await start({ onAsk: () => (isPaused ? awake : pause(Math.random() * 3)) });
    await start();
    const keys = Array.from({ length: 20 }, () => randomUUID());
    for (let n = 1; n <= 10; n++)
      await first.inventory.db.transaction(
        async () => void first.inventory.eventBus.publishAll(keys.map((orderId) => new Ask({ orderId, n }))),
      );
    isPaused = true; // as if the process were paused: its handlers do not end, and its session is closed
    await first.app.get<PgLeadership>(Leadership, { strict: false }).stop();
    const wanted = Array.from({ length: 10 }, (_, index) => index + 1);
    const allCountedOnce = async () => {
      const rows = await database.admin<{ heard: number[] }>(
        'select array_agg(n order by seq) as heard from inventory.effects group by key',
      );
      expect(rows.map(({ heard }) => heard)).toEqual(keys.map(() => wanted));
    };
    await eventually(allCountedOnce, 15_000);
    wake();
    apps.splice(apps.indexOf(first.app), 1);
    await first.app.close();
    await allCountedOnce();
    expect(await database.admin('select 1 from payments.outbox')).toHaveLength(keys.length * wanted.length);
  }, 30_000);

  it('changes nothing if its claim was lost, and is handled again', async () => {
    const orderId = randomUUID();
    let times = 0;
    const { inventory } = await start({
      onAsk: async () => {
        if (++times === 1)
          await database.admin('update payments.inbox set claimed_by = 4242 where key = $1', [orderId]);
      },
    });
    await inventory.db.transaction(async () => void inventory.eventBus.publish(new Ask({ orderId, n: 1 })));
    await eventually(async () => expect(await effects(orderId)).toEqual([1]));
    expect(times).toBe(2);
    expect(await database.admin('select 1 from payments.outbox')).toHaveLength(1);
  });

  it('that is missing in a restored outbox is found in the inboxes of the receivers', async () => {
    const { app, inventory } = await start();
    const began = new Date(Date.now() - 60_000);
    const [kept, lost] = [randomUUID(), randomUUID()];
    for (const orderId of [kept, lost])
      await inventory.db.transaction(async () => void inventory.eventBus.publish(new Ask({ orderId, n: 1 })));
    await eventually(async () => expect(await effects(lost)).toEqual([1]));
    const endpoints = app.get(MessageEndpoints, { strict: false });
    expect(await findLostMessages(endpoints, 'inventory', { at: began })).toEqual([]);
    await database.admin('delete from inventory.outbox where key = $1', [lost]);
    expect(await findLostMessages(endpoints, 'inventory', { at: began })).toMatchObject([
      { type: Ask.type, key: lost },
    ]);
    expect(await findLostMessages(endpoints, 'inventory', { at: new Date(Date.now() + 60_000) })).toEqual([]);
    for (const since of ['start', { seconds: 3_600 }] as const)
      expect(await findLostMessages(endpoints, 'inventory', since)).toMatchObject([{ key: lost }]);
    expect(await findLostMessages(endpoints, 'inventory', { seconds: 0 })).toEqual([]);
    const body = { orderId: lost, n: 1 };
    expect(await findLostMessages(endpoints, 'inventory', { at: began })).toMatchObject([
      { body, willBeRepeated: false },
    ]);
  });

  /** Handles one message, and removes the answer from the outbox, as if payments had been restored. */
  const loseAnswer = async () => {
    const { app, inventory } = await start();
    const orderId = randomUUID();
    await inventory.db.transaction(async () => void inventory.eventBus.publish(new Ask({ orderId, n: 1 })));
    await eventually(async () => expect(await effects(orderId)).toEqual([1]));
    const lost = () => findLostMessages(app.get(MessageEndpoints, { strict: false }), 'payments', 'start');
    await database.admin('delete from payments.outbox');
    return { orderId, lost };
  };

  it('that a restored context sent because of another message is repeated with that message', async () => {
    const { orderId, lost } = await loseAnswer();
    expect(await lost()).toMatchObject([{ type: Answer.type, key: orderId, willBeRepeated: true }]);
    await database.admin('delete from inventory.outbox');
    expect(await lost()).toMatchObject([{ willBeRepeated: false }]);
  });

  it('that a job of a restored context sent after a command is repeated with that command', async () => {
    const { lost } = await loseAnswer();
    await database.admin(`update inventory.inbox set meta = meta - 'causationId'`);
    expect(await lost()).toMatchObject([{ type: Answer.type, willBeRepeated: true }]);
    await database.admin(`update inventory.outbox set key = 'another'`);
    expect(await lost()).toMatchObject([{ willBeRepeated: false }]);
  });

  it('that a relay delivers twice is handled once', async () => {
    const { inventory } = await start();
    const orderId = randomUUID();
    await inventory.db.transaction(async () => void inventory.eventBus.publish(new Ask({ orderId, n: 1 })));
    await eventually(async () => expect(await effects(orderId)).toEqual([1]));
    const unsent = () => database.admin('select 1 from inventory.outbox where sent_at is null');
    await eventually(async () => expect(await unsent()).toEqual([]));
    await database.admin('update inventory.outbox set sent_at = null');
    await eventually(async () => expect(await unsent()).toEqual([]));
    expect(await database.admin('select 1 from payments.inbox')).toHaveLength(1);
    expect(await effects(orderId)).toEqual([1]);
  });

  it('whose handler always fails becomes a dead letter; only its key waits, until it is redriven', async () => {
    let isRepaired = false;
    const orderId = randomUUID();
    const { inventory, payments } = await start({
      onAsk: async ({ body }) => {
        if (body.orderId === orderId && body.n === 1 && !isRepaired) throw new Error('poison');
      },
    });
    await inventory.db.transaction(
      async () => void inventory.eventBus.publishAll([new Ask({ orderId, n: 1 }), new Ask({ orderId, n: 2 })]),
    );
    await eventually(async () =>
      expect((await database.admin('select 1 from payments.inbox where attempts > 1')).length).toBe(1),
    );
    await database.admin(
      `update payments.inbox set attempts = 9, failed_since = now() - interval '1 hour', next_at = now() where attempts > 0 and claimed_by = 0`,
    );
    await eventually(async () => expect(await payments.deadLetters.list(10)).toHaveLength(1));
    const other = randomUUID();
    await inventory.db.transaction(
      async () => void inventory.eventBus.publishAll([new Ask({ orderId: other, n: 5 }), new Ask({ orderId, n: 3 })]),
    );
    await eventually(async () => expect(await effects(other)).toEqual([5]));
    expect(await effects(orderId)).toEqual([]);
    const [letter] = await payments.deadLetters.list(10);
    expect(letter).toMatchObject({ key: orderId, type: Ask.type, attempts: 10 });
    expect(letter.error).toContain('poison');
    await payments.deadLetters.redrive(letter.seq);
    await eventually(async () => expect(await payments.deadLetters.list(10)).toMatchObject([{ attempts: 11 }]));
    isRepaired = true;
    expect(await payments.deadLetters.redrive(letter.seq)).toBe(true);
    await eventually(async () => expect(await effects(orderId)).toEqual([1, 2, 3]));
  }, 20_000);

  it('of an unknown type, or for an unknown handler, waits for a build that knows it', async () => {
    const { inventory } = await start();
    for (const [type, handler] of [
      ['inventory.gone.v1', 'nothing'],
      [Nothing.type, 'gone'],
    ])
      await database.admin(
        `insert into inventory.inbox (message_id, handler, lane, key, type, body, meta)
         values (gen_random_uuid(), $2, $2, gen_random_uuid()::text, $1, '{}', '{}')`,
        [type, handler],
      );
    const orderId = randomUUID();
    await inventory.db.transaction(async () => void inventory.eventBus.publish(new Ask({ orderId, n: 1 })));
    await eventually(async () => expect(await effects(orderId)).toEqual([1]));
    expect(await states('inventory')).toEqual({ done: 1, waiting: 2 });
    const untouched = await database.admin('select 1 from inventory.inbox where attempts + waits = 0 and not held');
    expect(untouched).toHaveLength(3);
  });

  it('of an older type is upcast, from the outbox and from the inbox', async () => {
    const heard: { type: string; body: Poured['body'] }[] = [];
    @InboxEventsHandler([Poured], { name: 'drink-up' })
    class DrinkUp implements IEventHandler<Poured> {
      async handle({ body }: Poured): Promise<void> {
        const { type, body: kept } = currentUnit()!.envelope;
        expect(kept).toEqual(body);
        heard.push({ type, body });
      }
    }
    const bodies = {
      'inventory.poured.v1': { orderId: 'a', cup: 1 },
      'inventory.poured.v2': { orderId: 'b', cup: 1, second: 2 },
      'inventory.poured.v3': { orderId: 'c', cups: [3] },
      'inventory.poured.v4': { orderId: 'd', cups: [], mugs: [4] },
    };
    for (const [type, body] of Object.entries(bodies)) {
      const values = [type, JSON.stringify(body), body.orderId, '{"correlationId": "x"}'];
      await database.admin(
        `insert into inventory.outbox (id, type, body, key, meta) values (gen_random_uuid(), $1, $2, $3, $4)`,
        values,
      );
      await database.admin(
        `insert into inventory.inbox (message_id, handler, lane, type, body, key, meta)
         values (gen_random_uuid(), 'drink-up', 'drink-up', $1, $2, $3 || ' waiting', $4)`,
        values,
      );
    }
    apps.push(await startTwoContexts(database.url, {}, [DrinkUp]));
    const want = [[1], [1, 2], [3]].flatMap((cups, index) => {
      const expected = { type: Poured.type, body: { orderId: 'abc'[index], cups } };
      return [expected, expected];
    });
    await eventually(async () => {
      expect([...heard].sort((a, b) => (a.body.orderId < b.body.orderId ? -1 : 1))).toEqual(want);
      // The inbox message of type v4 waits for a newer build. The outbox message of this type has no subscriber.
      expect(await states('inventory')).toEqual({ done: 6, waiting: 1 });
    });
  });

  it('that a dead instance has claimed is handled within five seconds', async () => {
    await start();
    const key = randomUUID();
    await database.admin(
      `insert into inventory.inbox (message_id, handler, lane, key, type, body, meta, claimed_by, claimed_at)
       values (gen_random_uuid(), 'note-answer', 'note-answer', $1::text, $2, jsonb_build_object('orderId', $1::text, 'n', 1),
         '{"correlationId": "x"}', 4711, now())`,
      [key, Answer.type],
    );
    await eventually(async () => expect(await effects(key)).toEqual([1]), 5_000);
  });

  it('that is being handled when the shop stops is finished', async () => {
    let begun = false;
    const orderId = randomUUID();
    const { app, inventory } = await start({
      onAsk: async () => {
        begun = true;
        await pause(300);
      },
    });
    await inventory.db.transaction(async () => void inventory.eventBus.publish(new Ask({ orderId, n: 1 })));
    await eventually(() => expect(begun).toBe(true));
    apps.splice(0);
    await app.close();
    expect(await states('payments')).toEqual({ done: 1 });
    await start();
    await eventually(async () => expect(await effects(orderId)).toEqual([1]));
  });
});

describe('A timer', () => {
  it('fires once when it is due: at its new time if it was moved, and never if it was cancelled', async () => {
    const heard: number[] = [];
    const { inventory } = await start({ onAlarm: async ({ body }) => void heard.push(body.n) });
    const key = randomUUID();
    const timer = (name: string, n: number, ms: number) => ({
      name,
      key,
      afterSeconds: ms / 1_000,
      message: new Alarm({ orderId: key, n }),
    });
    await inventory.db.transaction(() =>
      inventory.timers.set(timer('a', 1, 150), timer('b', 2, 150), timer('c', 3, 60_000)),
    );
    await inventory.db.transaction(async () => {
      await inventory.timers.cancel({ name: 'b', key });
      await inventory.timers.set(timer('c', 4, 300));
    });
    await eventually(() => expect(heard).toEqual([1, 4]), 3_000);
    await pause(100);
    expect(heard).toEqual([1, 4]);
    await expect(inventory.timers.set(timer('d', 5, 1))).rejects.toThrow('outside a transaction');
  });
});
