import { randomUUID } from 'node:crypto';
import { Logger, type INestApplicationContext } from '@nestjs/common';
import { connect } from '#database';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { eventually } from '../../../../test/support/eventually';
import { Ask } from '../testing/messages';
import { Inventory, migrateTwoContexts, startTwoContexts } from '../testing/two-contexts';

let database: TestDatabase;
let starting: Promise<INestApplicationContext> | undefined;
const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);

beforeAll(async () => {
  database = await testDatabase({ empty: true });
  await migrateTwoContexts(database.url);
}, 30_000);
afterEach(async () => (await starting)?.close());
afterAll(() => database.drop());

const inboxRows = (where: string) => database.admin(`select 1 from payments.inbox where ${where}`);

/** Fills the inbox of payments while no process of payments runs. */
async function sendWhileStopped(commands: number): Promise<void> {
  const sender = await startTwoContexts(database.url, {}, [], 'inventory');
  const { db, eventBus } = sender.get(Inventory, { strict: false });
  const asks = Array.from({ length: commands }, (_, n) => new Ask({ orderId: randomUUID(), n }));
  await db.transaction(async () => void eventBus.publishAll(asks));
  await eventually(async () => expect(await inboxRows(`state = 'waiting'`)).toHaveLength(commands));
  await sender.close();
}

describe('The commands that wait while their context is stopped', () => {
  it('are all handled at its start without a failure, even while another context still opens', async () => {
    // the first start adds the subscriptions of both contexts
    await (await startTwoContexts(database.url)).close();
    await sendWhileStopped(20);
    warned.mockClear();
    let asked = 0;
    const client = await connect(database.url, 'test');
    await client.query('begin; lock table inventory.instances in exclusive mode');
    let opened = false;
    const onAsk = async () => void (asked += 1);
    starting = startTwoContexts(database.url, { onAsk }, [], undefined, ['inventory']);
    void starting.then(() => (opened = true));
    try {
      await eventually(() => expect(asked).toBe(20));
      expect(opened).toBe(false);
    } finally {
      await client.end();
    }
    await starting;
    await eventually(async () => expect(await inboxRows(`state <> 'done'`)).toEqual([]));
    expect(warned).not.toHaveBeenCalled();
    expect(await inboxRows('attempts > 1')).toEqual([]);
  }, 30_000);
});
