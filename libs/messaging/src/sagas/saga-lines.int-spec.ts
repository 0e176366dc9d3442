import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { checkJournal, type BadLine } from '#messaging/journals';
import { eventually } from '../../../../test/support/eventually';
import { Alarm, Ask } from '../testing/messages';
import { Inventory, migrateTwoContexts, sagaKey, startTwoContexts } from '../testing/two-contexts';
import type { SagaDefinition } from './definition';
import { sagaHandler } from './handler-factory';
import { sagaJournal } from './saga-lines.store';

/** Writes lines of every form: with a request, with a timer, and with neither. */
const noting: SagaDefinition<object, Alarm> = {
  name: 'noting',
  version: 1,
  initial: {},
  hear: (state, { body: { orderId, n } }) => ({
    state,
    asks: n === 1 ? [new Ask({ orderId, n })] : [],
    timers: n === 2 ? [{ name: 'late', afterSeconds: 3_600, message: new Alarm({ orderId, n: 9 }) }] : [],
    note: `heard "${n}" – đã nghe`,
  }),
  statusOf: () => ({ status: 'running', step: 'noting', waitingFor: null, asked: 0, attention: null }),
};

let database: TestDatabase;
let app: INestApplicationContext;

beforeAll(async () => {
  database = await testDatabase({ empty: true });
  await migrateTwoContexts(database.url);
  app = await startTwoContexts(database.url, {}, [sagaHandler([Alarm], noting)]);
}, 30_000);
afterAll(async () => {
  await app.close();
  await database.drop();
});

async function noted(): Promise<string> {
  const { db, eventBus } = app.get(Inventory, { strict: false });
  const orderId = randomUUID();
  await db.transaction(async () => void eventBus.publishAll([1, 2, 3].map((n) => new Alarm({ orderId, n }))));
  await eventually(async () =>
    expect(await database.admin('select from inventory.process_journal where id = $1', [orderId])).toHaveLength(3),
  );
  return orderId;
}

const check = () => checkJournal(database.of('inventory'), sagaKey, sagaJournal('inventory'), { closes: true });
const foundOf = async (orderId: string): Promise<readonly BadLine[]> =>
  (await check()).findings.filter(({ about }) => about === orderId);
const change = (orderId: string, version: number, set: string) =>
  database.admin(`update inventory.process_journal set ${set} where id = $1 and version = $2`, [orderId, version]);

describe('The lines of a saga', () => {
  it('are as they were written, whatever they say', async () => {
    const orderId = await noted();
    const { lines, before } = await check();
    expect(await foundOf(orderId)).toEqual([]);
    expect(lines).toBeGreaterThanOrEqual(3);
    expect(before).toEqual({ lines: 0, through: null, signed: true });
  });

  it.each([
    `heard = 'inventory.nothing.v1'`,
    `message_id = gen_random_uuid()`,
    `happened_at = happened_at + interval '1 microsecond'`,
    `happened_at = null`,
    `attempts = attempts + 1`,
    `note = note || ' '`,
    `asked = array['payments.other.v1']`,
    `asked_keys = array['key']`,
    `timers = '[{"name": "late", "afterSeconds": 3601}]'`,
    `handled_by = handled_by + 1`,
    `marked_at = marked_at + interval '1 second'`,
    `mac = decode(md5('a') || md5('b'), 'hex')`,
    `mac = ''`,
  ])('of which somebody changed %s are found', async (set) => {
    const orderId = await noted();
    await change(orderId, 2, set);
    expect(await foundOf(orderId)).toEqual([
      { line: 'noting 2', about: orderId, message: 'it is not as this shop wrote it: its MAC is wrong' },
    ]);
  });

  it('are found where one has another number', async () => {
    const orderId = await noted();
    await change(orderId, 3, 'version = 4');
    expect(await foundOf(orderId)).toMatchObject([{ line: 'noting 4' }]);
  });

  it('may say another time than they were marked at by an hour, and no more', async () => {
    const orderId = await noted();
    await change(orderId, 2, `at = at - interval '59 minutes'`);
    expect(await foundOf(orderId)).toEqual([]);
    await change(orderId, 2, `at = at - interval '2 minutes'`);
    expect(await foundOf(orderId)).toMatchObject([
      { line: 'noting 2', message: expect.stringContaining('was marked at') },
    ]);
  });

  it('are found where those of two orders changed places', async () => {
    const [one, other] = [await noted(), await noted()];
    for (const [from, to] of [
      [one, 'away'],
      [other, one],
      ['away', other],
    ])
      // prettier-ignore
      await database.admin('update inventory.process_journal set id = $2 where id = $1 and version = 1', [from, to]);
    expect(await foundOf(one)).toMatchObject([{ line: 'noting 1' }]);
    expect(await foundOf(other)).toMatchObject([{ line: 'noting 1' }]);
  });

  it('are found where somebody added one by hand, with no MAC or with that of another line', async () => {
    const orderId = await noted();
    await check(); // by now it is signed that no line is without
    await database.of('inventory').query(
      `insert into process_journal (id, name, version, heard, message_id, note, asked)
       values ($1, 'noting', 4, 'inventory.alarm.v1', gen_random_uuid(), 'by hand', '{}')`,
      [orderId],
    );
    await database.of('inventory').query(
      `insert into process_journal select id, name, 5, at, heard, message_id, note, asked, happened_at, attempts, asked_keys,
         timers, handled_by, mac, marked_at from process_journal where id = $1 and version = 1`,
      [orderId],
    );
    expect(await foundOf(orderId)).toEqual([
      { line: 'noting 4', about: orderId, message: 'this shop did not write it: it has no MAC' },
      { line: 'noting 5', about: orderId, message: 'it is not as this shop wrote it: its MAC is wrong' },
    ]);
  });
});
