import { randomUUID } from 'node:crypto';
import { Logger, type INestApplicationContext } from '@nestjs/common';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { Receivers } from './receivers';
import { eventually } from '../../../../test/support/eventually';
import { Ask } from '../testing/messages';
import { OwnServer } from '../testing/own-server';
import { Inventory, migrateTwoContexts, startTwoContexts } from '../testing/two-contexts';

jest.setTimeout(120_000);

const CRASHES = 4;

let database: TestDatabase;
let app: INestApplicationContext;
// The WAL writer waits 10 s. So a crash loses an asynchronous commit, unless a later synchronous commit has already
// brought it to the disk.
const server = new OwnServer({ wal_writer_delay: '10s' });
jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);

beforeAll(async () => {
  const url = await server.start();
  database = await testDatabase({ empty: true });
  const where = {
    databaseUrl: database.url,
    databaseUrls: { inventory: url, payments: url },
    messageDelivery: 'relay' as const,
  };
  await migrateTwoContexts(where);
  app = await startTwoContexts(where); // leadership uses the other server, which does not crash
});
afterAll(async () => {
  await app?.close();
  await Promise.all([database.drop(), server.remove()]);
});

describe('A crash of the server', () => {
  it('after the delivery of a message, but before it is marked as sent, loses no message', async () => {
    const { db, eventBus } = app.get(Inventory, { strict: false });
    const deliver = Receivers.prototype.deliver;
    let crashes = 0;
    let crashNext = false;
    jest.spyOn(Receivers.prototype, 'deliver').mockImplementation(async function (
      this: Receivers,
      rows,
      readSubscriptionsAgain,
    ) {
      const delivered = await deliver.call(this, rows, readSubscriptionsAgain);
      if (!crashNext || !rows.some(({ type }) => type === Ask.type)) return delivered;
      crashNext = false;
      await server.crash();
      crashes++;
      // Otherwise the list of subscriptions is outdated after the crash, and the relay delivers again.
      return { ...delivered, readAt: Infinity };
    });
    const sent: string[] = [];
    for (let round = 1; round <= CRASHES; round++) {
      crashNext = true;
      const orderId = randomUUID();
      sent.push(orderId);
      await db.transaction(async () => void eventBus.publish(new Ask({ orderId, n: 1 })));
      await eventually(() => expect(crashes).toBe(round), 20_000);
      await eventually(async () => {
        const rows = await server.admin<{ key: string }>('select distinct key from payments.inbox');
        expect(rows.map(({ key }) => key)).toEqual(expect.arrayContaining(sent));
      }, 20_000);
    }
  });
});
