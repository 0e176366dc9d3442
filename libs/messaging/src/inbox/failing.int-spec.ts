import { EventBus, type IEventHandler } from '@nestjs/cqrs';
import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { Database } from '#database';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { NotForThisBuild } from '../messages/errors';
import { InboxEventsHandler } from '../messages/inbox-handlers';
import { closeRepeatedRequests, wakeStranded } from './held.store';
import { eventually } from '../../../../test/support/eventually';
import { Answer, Nothing } from '../testing/messages';
import { Inventory, migrateTwoContexts, startTwoContexts } from '../testing/two-contexts';

let database: TestDatabase;
const apps: INestApplicationContext[] = [];
const never = new Promise<void>(() => undefined);

beforeAll(async () => {
  database = await testDatabase({ empty: true });
  await migrateTwoContexts(database.url);
}, 30_000);
afterAll(() => database.drop());
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await database.admin('truncate inventory.inbox, inventory.outbox, inventory.effects');
});

async function start(...handlers: (typeof Slow)[]) {
  const app = await startTwoContexts(database.url, {}, handlers);
  apps.push(app);
  return app.get(Inventory, { strict: false });
}
const send = (inventory: Inventory, ...orderIds: readonly string[]) =>
  inventory.db.transaction(
    async () => void inventory.eventBus.publishAll(orderIds.map((orderId, n) => new Nothing({ orderId, n }))),
  );
const rows = (handler: string) =>
  database.admin<{ key: string; state: string; attempts: number; waits: number; error: string }>(
    'select key, state, attempts, waits, error from inventory.inbox where handler = $1 order by seq',
    [handler],
  );

let handleMessage: (message: Nothing, db: Database) => Promise<void> = async () => undefined;

@InboxEventsHandler([Nothing], { name: 'slow', limitSeconds: 0.3, retry: { attempts: 3, atLeastSeconds: 0 } })
class Slow implements IEventHandler<Nothing> {
  constructor(
    readonly db: Database,
    readonly eventBus: EventBus,
  ) {}

  async handle(message: Nothing): Promise<void> {
    await handleMessage(message, this.db);
    await this.db.query('insert into effects (key, n) values ($1, $2)', [message.body.orderId, message.body.n]);
  }
}

const effects = async () =>
  (await database.admin<{ key: string }>('select key from inventory.effects order by seq')).map(({ key }) => key);

describe('A handler', () => {
  it('that does not return is aborted at its time limit; other messages are handled, and its late writes fail', async () => {
    const [failing, other] = [randomUUID(), randomUUID()];
    let wake = () => undefined as void;
    const late = new Promise<void>((resolve) => (wake = resolve));
    let times = 0;
    handleMessage = async ({ body }, db) => {
      if (body.orderId !== failing || ++times > 1) return;
      await db.query('insert into effects (key, n) values ($1, 99)', [failing]);
      await late;
    };
    const inventory = await start(Slow);
    await send(inventory, failing, other);
    await eventually(async () => expect((await effects()).sort()).toEqual([failing, other].sort()));
    expect(times).toBe(2);
    expect(await rows('slow')).toMatchObject([{ attempts: 1, state: 'done' }, { attempts: 0 }]);
    wake();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await effects()).toHaveLength(2);
  });

  it('gets all stalled messages at once when the fault of the environment is gone', async () => {
    const orders = Array.from({ length: 30 }, () => randomUUID());
    handleMessage = async () => undefined;
    await database.admin('revoke insert on inventory.effects from shop_inventory');
    const inventory = await start(Slow);
    await send(inventory, ...orders);
    await eventually(async () => expect((await rows('slow')).filter(({ waits }) => waits > 0)).toHaveLength(30));
    await database.admin(`update inventory.inbox set next_at = now() + interval '1 hour' where handler = 'slow'`);
    await database.admin('grant insert on inventory.effects to shop_inventory');
    await database.admin(
      `update inventory.inbox set next_at = now() where key = $1 and handler = 'slow' and claimed_by = 0`,
      [orders[7]],
    );
    await eventually(async () => expect((await effects()).sort()).toEqual([...orders].sort()));
    expect(new Set((await rows('slow')).map(({ state, attempts }) => `${state} ${attempts}`))).toEqual(
      new Set(['done 0']),
    );
  });

  it('that never returns makes its messages dead letters, and does not block the other messages of its lane', async () => {
    const failing: string[] = Array.from({ length: 4 }, () => randomUUID());
    const other = randomUUID();
    handleMessage = ({ body }) => (failing.includes(body.orderId) ? never : Promise.resolve());
    const inventory = await start(Slow);
    await send(inventory, ...failing, other);
    await eventually(async () => expect(await effects()).toEqual([other]));
    await eventually(async () => expect((await rows('slow')).filter(({ state }) => state === 'dead')).toHaveLength(4));
    expect((await rows('slow'))[0].error).toContain('slow did not end within 0.3 s');
  }, 20_000);

  it('whose table is missing retries until the table is back', async () => {
    handleMessage = async () => undefined;
    await database.admin('alter table inventory.effects rename to renamed');
    const key = randomUUID();
    const inventory = await start(Slow);
    await send(inventory, key);
    await eventually(async () => expect((await rows('slow'))[0]?.waits).toBeGreaterThan(4));
    expect(await rows('slow')).toMatchObject([{ attempts: 0, state: 'waiting' }]);
    await database.admin('alter table inventory.renamed rename to effects');
    await eventually(async () => expect(await effects()).toEqual([key]));
  }, 20_000);

  it('can leave a message to another build, which gets it at once and with all attempts', async () => {
    const key = randomUUID();
    const builds: ('older' | 'newer')[] = [];
    let first: Database | undefined;
    handleMessage = async (_, db) => {
      first ??= db;
      builds.push(db === first ? 'older' : 'newer');
      if (db === first) throw new NotForThisBuild('version 2');
    };
    const inventory = await start(Slow);
    await send(inventory, key);
    await eventually(() => expect(builds).toEqual(['older']));
    await start(Slow);
    await eventually(async () => expect(await effects()).toEqual([key]), 5_000);
    expect(await rows('slow')).toMatchObject([{ attempts: 0, state: 'done' }]);
  });
});

describe('A repeated request', () => {
  it('replaces the dead letter with the same idempotency key, and the messages behind it are handled', async () => {
    const key = randomUUID();
    const insertHeld = (state: string, n: number, idempotencyKey?: string) =>
      database.admin(
        `insert into inventory.inbox (message_id, handler, lane, key, type, body, meta, state, held, next_at)
         values (gen_random_uuid(), 'note-answer', 'note-answer', $1, $2, $3, '{"correlationId": "x"}', $4, true, 'infinity')`,
        [key, Answer.type, JSON.stringify({ orderId: key, n, idempotencyKey }), state],
      );
    await insertHeld('dead', 1, 'checkout-7');
    await insertHeld('waiting', 2);
    const inventory = await start();
    expect(await closeRepeatedRequests(inventory.db)).toBe(0);
    await insertHeld('waiting', 3, 'checkout-7');
    await eventually(async () => {
      await closeRepeatedRequests(inventory.db);
      await wakeStranded(inventory.db);
      const heard = await database.admin<{ n: number }>('select n from inventory.effects order by seq');
      expect(heard.map(({ n }) => n)).toEqual([2, 3]);
    });
    const [dead] = await rows('note-answer');
    expect(dead).toMatchObject({ state: 'done', error: expect.stringContaining('asked again as') });
  });
});
