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
const told = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);

beforeAll(async () => {
  database = await testDatabase({ empty: true });
  const where = { databaseUrl: database.url, databaseUrls: { payments: await server.start() } };
  await migrateTwoContexts(where);
  app = await startTwoContexts(where, { onNothing: ({ body }) => void handled.push(body.orderId) });
});
beforeEach(() => {
  warned.mockClear();
  told.mockClear();
});
afterAll(async () => {
  server.thaw();
  await app?.close();
  await Promise.all([database.drop(), server.remove()]);
});

const keys = [randomUUID(), randomUUID(), randomUUID()];

/** For the receiver and for another, in one transaction. */
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
/** While it cannot be asked what it hears, it is owed what is not for it, too. */
const owed = () =>
  database.admin(
    `select 1 from inventory.outbox_owed join inventory.outbox using (seq) where receiver = 'payments' and type = $1`,
    [Ask.type],
  );
const lines = (spy: jest.SpyInstance, text: RegExp) => spy.mock.calls.filter(([line]) => text.test(String(line)));
const each = (through: number) => keys.map(() => ({ heard: Array.from({ length: through }, (_, index) => index + 1) }));

async function othersFlowMeanwhile(from: number, through: number): Promise<void> {
  for (let n = from; n <= through; n++) {
    const other = await send(n);
    await eventually(() => expect(handled).toContain(other), 5_000);
  }
  expect(lines(warned, /of inventory for payments are kept/)).toHaveLength(1);
  await eventually(async () => expect(await owed()).toHaveLength((through - from + 1) * keys.length));
}

async function thenEachOnceAndInOrder(through: number): Promise<void> {
  await eventually(async () => expect(await answered()).toEqual(each(through)), 30_000);
  await eventually(() => expect(lines(told, /payments has got all messages of inventory/)).toHaveLength(1));
  expect(await owed()).toEqual([]);
}

describe('A receiver', () => {
  it('that answers is served directly', async () => {
    await send(1);
    await eventually(async () => expect(await answered()).toEqual(each(1)));
    expect(warned).not.toHaveBeenCalled();
  });

  it('whose database is down holds up itself alone, and then gets each message once, in order', async () => {
    await server.stop();
    await othersFlowMeanwhile(2, 8);
    await server.start();
    await send(9); // behind all that it is owed
    await thenEachOnceAndInOrder(9);
  });

  it('whose database stands still holds up itself alone, and then gets each message once, in order', async () => {
    server.freeze();
    await othersFlowMeanwhile(10, 15);
    server.thaw();
    await send(16);
    await thenEachOnceAndInOrder(16);
  });

  it('that is back is served directly again', async () => {
    await send(17);
    await eventually(async () => expect(await answered()).toEqual(each(17)));
    await send(18);
    await eventually(async () => expect(await answered()).toEqual(each(18)));
    expect(warned).not.toHaveBeenCalled();
  });
});
