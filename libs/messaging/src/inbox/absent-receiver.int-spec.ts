import { randomUUID } from 'node:crypto';
import { Logger, type INestApplicationContext } from '@nestjs/common';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { eventually } from '../../../../test/support/eventually';
import { Ask, Nothing } from '../testing/messages';
import { OwnServer } from '../testing/own-server';
import { Inventory, migrateTwoContexts, startTwoContexts } from '../testing/two-contexts';

jest.setTimeout(90_000);

let database: TestDatabase;
const server = new OwnServer();
let app: INestApplicationContext;
const handled: string[] = [];
const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
const logged = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);

beforeAll(async () => {
  database = await testDatabase({ empty: true });
  const where = { databaseUrl: database.url, databaseUrls: { payments: await server.start() } };
  await migrateTwoContexts(where);
  app = await startTwoContexts(where, { onNothing: ({ body }) => void handled.push(body.orderId) });
});
beforeEach(() => {
  warned.mockClear();
  logged.mockClear();
});
afterAll(async () => {
  server.thaw();
  await app?.close();
  await Promise.all([database.drop(), server.remove()]);
});

const keys = [randomUUID(), randomUUID(), randomUUID()];

/** Sends messages to the absent receiver and one to another receiver, in one transaction. */
async function send(n: number): Promise<string> {
  const { db, eventBus } = app.get(Inventory, { strict: false });
  const other = randomUUID();
  await db.transaction(
    async () =>
      void eventBus.publishAll([...keys.map((orderId) => new Ask({ orderId, n })), new Nothing({ orderId: other, n })]),
  );
  return other;
}
const answered = () =>
  database.admin<{ heard: number[] }>(
    'select array_agg(n order by seq) as heard from inventory.effects group by key order by key',
  );
/** The owed messages of type `Ask`. While the subscriptions cannot be read, other types are stored as owed, too. */
const owed = () =>
  database.admin(
    `select 1 from inventory.outbox_owed join inventory.outbox using (seq) where receiver = 'payments' and type = $1`,
    [Ask.type],
  );
const callsWith = (spy: jest.SpyInstance, text: RegExp) => spy.mock.calls.filter(([line]) => text.test(String(line)));
const expectedUpTo = (through: number) =>
  keys.map(() => ({ heard: Array.from({ length: through }, (_, index) => index + 1) }));

async function expectOthersNotDelayed(from: number, through: number): Promise<void> {
  for (let n = from; n <= through; n++) {
    const other = await send(n);
    await eventually(() => expect(handled).toContain(other), 5_000);
  }
  expect(callsWith(warned, /of inventory for payments are kept/)).toHaveLength(1);
  await eventually(async () => expect(await owed()).toHaveLength((through - from + 1) * keys.length));
}

async function expectEachOnceInOrder(through: number): Promise<void> {
  await eventually(async () => expect(await answered()).toEqual(expectedUpTo(through)), 30_000);
  await eventually(() => expect(callsWith(logged, /payments has got all messages of inventory/)).toHaveLength(1));
  expect(await owed()).toEqual([]);
}

describe('A receiver', () => {
  it('that is available gets messages directly', async () => {
    await send(1);
    await eventually(async () => expect(await answered()).toEqual(expectedUpTo(1)));
    expect(warned).not.toHaveBeenCalled();
  });

  it('whose database is down delays no other receiver, and later gets each message once, in order', async () => {
    await server.stop();
    await expectOthersNotDelayed(2, 8);
    await server.start();
    await send(9); // after all owed messages
    await expectEachOnceInOrder(9);
  });

  it('whose database hangs delays no other receiver, and later gets each message once, in order', async () => {
    server.freeze();
    await expectOthersNotDelayed(10, 15);
    server.thaw();
    await send(16);
    await expectEachOnceInOrder(16);
  });

  it('that is available again gets messages directly again', async () => {
    await send(17);
    await eventually(async () => expect(await answered()).toEqual(expectedUpTo(17)));
    await send(18);
    await eventually(async () => expect(await answered()).toEqual(expectedUpTo(18)));
    expect(warned).not.toHaveBeenCalled();
  });
});
