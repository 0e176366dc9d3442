import { randomUUID } from 'node:crypto';
import { Logger, type INestApplicationContext } from '@nestjs/common';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { eventually } from '../../../../test/support/eventually';
import { Ask } from '../testing/messages';
import { Inventory, migrateTwoContexts, startTwoContexts } from '../testing/two-contexts';

jest.setTimeout(30_000);

let database: TestDatabase;
let askingApp: INestApplicationContext;
let answeringApp: INestApplicationContext | undefined;
const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);

beforeAll(async () => {
  database = await testDatabase({ empty: true });
  await migrateTwoContexts(database.url);
  askingApp = await startTwoContexts(database.url, {}, [], 'inventory');
});
afterAll(async () => {
  await Promise.all([askingApp?.close(), answeringApp?.close()]);
  await database.drop();
});

async function ask(orderId: string, n: number): Promise<void> {
  const { db, eventBus } = askingApp.get(Inventory, { strict: false });
  await db.transaction(async () => void eventBus.publish(new Ask({ orderId, n })));
}
const answered = (orderId: string) =>
  database
    .admin<{ n: number }>('select n from inventory.effects where key = $1 order by seq', [orderId])
    .then((rows) => rows.map(({ n }) => n));
const unsent = () => database.admin('select 1 from inventory.outbox where sent_at is null');
const owed = () => database.admin(`select 1 from inventory.outbox_owed where receiver = 'payments'`);

describe('A message for a context of another process', () => {
  const first = randomUUID();

  it('is kept while no process of that context has ever run, with one warning', async () => {
    await ask(first, 1);
    const warnings = () =>
      warned.mock.calls.filter(([text]) => /no process of payments has ever run/.test(String(text)));
    await eventually(() => expect(warnings()).toHaveLength(1));
    await ask(first, 2);
    await new Promise((resolve) => setTimeout(resolve, 500)); // a few attempts
    expect(warnings()).toHaveLength(1);
    expect(await unsent()).toEqual([]);
    expect(await owed()).toHaveLength(2);
  });

  it('arrives in order when that context is open, and its answer comes back', async () => {
    answeringApp = await startTwoContexts(database.url, {}, [], 'payments');
    await eventually(async () => expect(await answered(first)).toEqual([1, 2]));
    await eventually(async () => expect(await owed()).toEqual([]));
  });

  it('wakes the other process without a poll, and the answer wakes the asking process', async () => {
    const times: number[] = [];
    for (let time = 0; time < 3; time++) {
      const orderId = randomUUID();
      const begun = performance.now();
      await ask(orderId, 3);
      await eventually(async () => expect(await answered(orderId)).toEqual([3]));
      times.push(performance.now() - begun);
    }
    expect(Math.min(...times)).toBeLessThan(500);
  });

  it('waits in the inbox of that context while its process is closed', async () => {
    await answeringApp?.close();
    answeringApp = undefined;
    const orderId = randomUUID();
    await ask(orderId, 4);
    await eventually(async () => expect(await unsent()).toEqual([]));
    expect(await database.admin(`select 1 from payments.inbox where state = 'waiting'`)).toHaveLength(1);
    answeringApp = await startTwoContexts(database.url, {}, [], 'payments');
    await eventually(async () => expect(await answered(orderId)).toEqual([4]));
  });
});
