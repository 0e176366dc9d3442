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
  react: (state, { body: { orderId, n } }) => ({
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

async function writeThreeLines(): Promise<string> {
  const { db, eventBus } = app.get(Inventory, { strict: false });
  const orderId = randomUUID();
  await db.transaction(async () => void eventBus.publishAll([1, 2, 3].map((n) => new Alarm({ orderId, n }))));
  await eventually(async () =>
    expect(await database.admin('select from inventory.process_journal where id = $1', [orderId])).toHaveLength(3),
  );
  return orderId;
}

const check = () => checkJournal(database.of('inventory'), sagaKey, sagaJournal('inventory'), { maySign: true });
const findingsOf = async (orderId: string): Promise<readonly BadLine[]> =>
  (await check()).findings.filter(({ about }) => about === orderId);
const change = (orderId: string, version: number, set: string) =>
  database.admin(`update inventory.process_journal set ${set} where id = $1 and version = $2`, [orderId, version]);

describe('The lines of a saga', () => {
  it('are valid as they were written, with any content', async () => {
    const orderId = await writeThreeLines();
    const { lines, before } = await check();
    expect(await findingsOf(orderId)).toEqual([]);
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
  ])('are a finding if somebody changed %s', async (set) => {
    const orderId = await writeThreeLines();
    await change(orderId, 2, set);
    expect(await findingsOf(orderId)).toEqual([
      {
        line: 'noting 2',
        about: orderId,
        message: 'its MAC is wrong: the line was changed, or another program wrote it',
      },
    ]);
  });

  it('are a finding if somebody changed the number of a line', async () => {
    const orderId = await writeThreeLines();
    await change(orderId, 3, 'version = 4');
    expect(await findingsOf(orderId)).toMatchObject([{ line: 'noting 4' }]);
  });

  it('can have a time that differs from the time of their MAC by an hour, but not by more', async () => {
    const orderId = await writeThreeLines();
    await change(orderId, 2, `at = at - interval '59 minutes'`);
    expect(await findingsOf(orderId)).toEqual([]);
    await change(orderId, 2, `at = at - interval '2 minutes'`);
    expect(await findingsOf(orderId)).toMatchObject([
      { line: 'noting 2', message: expect.stringContaining('its MAC was made at') },
    ]);
  });

  it('are a finding if the lines of two orders were exchanged', async () => {
    const [one, other] = [await writeThreeLines(), await writeThreeLines()];
    for (const [from, to] of [
      [one, 'away'],
      [other, one],
      ['away', other],
    ])
      // prettier-ignore
      await database.admin('update inventory.process_journal set id = $2 where id = $1 and version = 1', [from, to]);
    expect(await findingsOf(one)).toMatchObject([{ line: 'noting 1' }]);
    expect(await findingsOf(other)).toMatchObject([{ line: 'noting 1' }]);
  });

  it('are a finding if somebody added a line, without a MAC or with the MAC of another line', async () => {
    const orderId = await writeThreeLines();
    await check(); // signs that all lines have a MAC
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
    expect(await findingsOf(orderId)).toEqual([
      { line: 'noting 4', about: orderId, message: 'it has no MAC: this shop did not write it' },
      {
        line: 'noting 5',
        about: orderId,
        message: 'its MAC is wrong: the line was changed, or another program wrote it',
      },
    ]);
  });
});
