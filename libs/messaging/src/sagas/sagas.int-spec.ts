import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { eventually } from '../../../../test/support/eventually';
import { millisecondsOf } from '../../../../test/support/milliseconds-of';
import { connect } from '#database';
import { Alarm, Answer, Ask } from '../testing/messages';
import { type Behaviour, Inventory, migrateTwoContexts, startTwoContexts } from '../testing/two-contexts';
import type { SagaDefinition } from './definition';
import { sagaHandler } from './handler-factory';
import { SagaJournal } from './saga-journal.store';
import type { StepRecords } from './step-records';

interface Counting {
  readonly answers: readonly number[];
}

/** Sends three requests, one after the other, and cancels its timer when it is over. */
const counting: SagaDefinition<Counting, Alarm | Answer> = {
  name: 'counting',
  version: 1,
  initial: { answers: [] },
  react: (state, heard) => {
    const { orderId, n } = heard.body;
    if (n === 13) throw new Error('unlucky');
    const timer = (afterSeconds: number | null) => ({
      name: 'overdue',
      afterSeconds,
      message: new Alarm({ orderId, n: 99 }),
    });
    if (heard instanceof Alarm) {
      if (n === 99) return { state, asks: [], timers: [], note: 'overdue' };
      const timers = [timer(60)];
      return { state, asks: [new Ask({ orderId, n: 1 })], timers, note: 'begun' };
    }
    const answers = [...state.answers, n];
    const asks = n < 3 ? [new Ask({ orderId, n: n + 1 })] : [];
    return { state: { answers }, asks, timers: n < 3 ? [] : [timer(null)], note: `answer ${n}` };
  },
  statusOf: ({ answers }) => ({
    ...{ status: answers.length < 3 ? 'running' : 'over', step: `${answers.length} answers` },
    ...{ waitingFor: answers.length < 3 ? 'an answer' : null, asked: 0, attention: null },
  }),
};
const Counts = sagaHandler([Alarm, Answer], counting);

let database: TestDatabase;
const apps: INestApplicationContext[] = [];

beforeAll(async () => {
  database = await testDatabase({ empty: true });
  await migrateTwoContexts(database.url);
}, 30_000);
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));
afterAll(() => database.drop());

async function start(behaviour: Partial<Behaviour> = {}) {
  const app = await startTwoContexts(database.url, behaviour, [Counts, SagaJournal]);
  apps.push(app);
  return { app, inventory: app.get(Inventory, { strict: false }), journal: app.get(SagaJournal, { strict: false }) };
}

describe('A saga', () => {
  it('sends requests, handles answers, stores its state, sets and cancels timers, and writes its journal', async () => {
    const { inventory, journal } = await start();
    const orderId = randomUUID();
    await inventory.db.transaction(async () => void inventory.eventBus.publish(new Alarm({ orderId, n: 0 })));
    await eventually(async () => expect(await journal.of(orderId)).toHaveLength(4));
    expect(
      (await journal.of(orderId)).map(({ saga, version, heard, note, requests }) => [
        saga,
        version,
        heard,
        note,
        requests.map(({ type }) => type),
      ]),
    ).toEqual([
      ['counting', 1, Alarm.type, 'begun', [Ask.type]],
      ['counting', 2, Answer.type, 'answer 1', [Ask.type]],
      ['counting', 3, Answer.type, 'answer 2', [Ask.type]],
      ['counting', 4, Answer.type, 'answer 3', []],
    ]);
    const [begun, , , last] = await journal.of(orderId);
    expect(begun).toMatchObject({ attempts: 1, fired: null, takeover: false, timers: [{ name: 'overdue' }] });
    expect(begun.happenedAt!.getTime()).toBeLessThanOrEqual(begun.at.getTime());
    expect(last.timers).toEqual([{ name: 'overdue', dueAt: null }]);
    const [asked] = await database.admin<{ id: string }>(
      `select id from inventory.outbox where key = $1 and type = $2 order by seq`,
      [orderId, Ask.type],
    );
    expect(begun.requests[0].messageId).toBe(asked.id);
    expect(
      await database.admin('select version, definition, state from inventory.processes where id = $1', [orderId]),
    ).toEqual([{ version: 4, definition: 1, state: { answers: [1, 2, 3] } }]);
    expect(await database.admin('select name from inventory.timers where key = $1', [orderId])).toEqual([]);
  });

  it('waits if this build does not know the stored state, and continues from the state that is stored at the next attempt', async () => {
    const Cautious = sagaHandler([Alarm, Answer], { ...counting, knows: ({ answers }) => !answers.includes(77) });
    const app = await startTwoContexts(database.url, {}, [Cautious, SagaJournal]);
    apps.push(app);
    const { db, eventBus } = app.get(Inventory, { strict: false });
    const orderId = randomUUID();
    const set = (answers: readonly number[]) =>
      database.admin(
        `insert into inventory.processes (name, id, definition, version, state, status, step)
         values ('counting', $1, 1, 9, $2, 'running', 'x')
         on conflict (name, id) do update set state = excluded.state`,
        [orderId, { answers }],
      );
    await set([77]);
    await db.transaction(async () => void eventBus.publish(new Alarm({ orderId, n: 99 })));
    const waiting = `select attempts, error from inventory.inbox where key = $1 and handler = 'counting'`;
    await eventually(async () =>
      expect(await database.admin(waiting, [orderId])).toEqual([
        { attempts: 0, error: expect.stringContaining('NotForThisBuild') as string },
      ]),
    );
    await set([1]);
    await database.admin(`update inventory.inbox set next_at = now() where key = $1 and state = 'waiting'`, [orderId]);
    await eventually(async () =>
      expect(await database.admin('select version from inventory.processes where id = $1', [orderId])).toEqual([
        { version: 10 },
      ]),
    );
  }, 60_000);

  it('writes records of its messages in the statement of the step', async () => {
    await database.admin('create table inventory.heard (id uuid primary key, n int not null)');
    await database.admin('grant insert, select on inventory.heard to shop_inventory');
    const records: StepRecords = {
      name: 'heard',
      insert: (rows, taken) =>
        `insert into heard select id, n from jsonb_to_recordset(${rows}::jsonb) as r(id uuid, n int)
         where id in (${taken}) on conflict do nothing`,
      rowOf: ({ id }, message) => (message instanceof Answer ? { id, n: message.body.n } : undefined),
    };
    const Recording = sagaHandler([Alarm, Answer], { ...counting, records });
    const app = await startTwoContexts(database.url, {}, [Recording, SagaJournal]);
    apps.push(app);
    const { db, eventBus } = app.get(Inventory, { strict: false });
    const orderId = randomUUID();
    await db.transaction(async () => void eventBus.publish(new Alarm({ orderId, n: 0 })));
    const heard = `select n from inventory.heard h join inventory.process_journal j on j.message_id = h.id where j.id = $1 order by n`;
    await eventually(async () =>
      expect(await database.admin(heard, [orderId])).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]),
    );
  });

  it('does not wait for thirty other sagas whose rows are locked', async () => {
    const { inventory } = await start({ onAsk: () => pause(60_000) });
    const begin = (orderId: string) =>
      inventory.db.transaction(async () => void inventory.eventBus.publish(new Alarm({ orderId, n: 0 })));
    const versions = async (ids: readonly string[]) => {
      const sql = 'select version from inventory.processes where id = any($1::text[])';
      return (await database.admin<{ version: number }>(sql, [ids])).map(({ version }) => version);
    };
    const locked = Array.from({ length: 30 }, () => randomUUID());
    await Promise.all(locked.map(begin));
    await eventually(async () => expect(await versions(locked)).toEqual(Array(30).fill(1)));
    const otherClient = await connect(database.url, 'other client');
    await otherClient.query('begin');
    await otherClient.query('select from inventory.processes where id = any($1::text[]) for update', [locked]);
    await Promise.all(locked.map(begin));
    const others = Array.from({ length: 5 }, () => randomUUID());
    const spent = await millisecondsOf(async () => {
      await Promise.all(others.map(begin));
      await eventually(async () => expect(await versions(others)).toEqual(Array(5).fill(1)));
    });
    expect(spent).toBeLessThan(3_000); // each of the thirty would wait for 200 ms, one after the other
    expect(await versions(locked)).toEqual(Array(30).fill(1));
    await otherClient.end();
    await eventually(async () => expect(await versions(locked)).toEqual(Array(30).fill(2)), 20_000);
  });

  it('stores in its journal which timer fired, and how often a message was tried', async () => {
    const { inventory, journal } = await start({ onAsk: () => pause(3_000) });
    const orderId = randomUUID();
    await inventory.db.transaction(async () => void inventory.eventBus.publish(new Alarm({ orderId, n: 0 })));
    await eventually(async () => expect(await journal.of(orderId)).toHaveLength(1));
    await database.admin(`update inventory.timers set due_at = now() where key = $1`, [orderId]);
    await database.admin(
      `insert into inventory.inbox (message_id, handler, lane, key, type, body, meta, attempts)
       values (gen_random_uuid(), 'counting', 'counting', $1::text, $2, jsonb_build_object('orderId', $1::text, 'n', 99),
         '{"correlationId": "x", "occurredAt": "2026-11-23T03:04:05Z"}', 4)`,
      [orderId, Alarm.type],
    );
    await eventually(async () => {
      const lines = await journal.of(orderId);
      expect(lines.filter(({ fired }) => fired !== null)).toMatchObject([
        { note: 'overdue', fired: { name: 'overdue' } },
      ]);
      expect(lines.filter(({ attempts }) => attempts === 5)).toMatchObject([{ note: 'overdue', fired: null }]);
    }, 8_000);
  }, 20_000);

  it('takes each step once when two instances work at the same time', async () => {
    const one = await start();
    await start();
    const ids = Array.from({ length: 40 }, () => randomUUID());
    await one.inventory.db.transaction(
      async () => void one.inventory.eventBus.publishAll(ids.map((orderId) => new Alarm({ orderId, n: 0 }))),
    );
    await eventually(async () => {
      const rows = await database.admin<{ state: Counting }>(
        'select state from inventory.processes where id = any($1)',
        [ids],
      );
      expect(rows.map(({ state }) => state.answers.join())).toEqual(ids.map(() => '1,2,3'));
    }, 15_000);
    await pause(50);
    const asked = await database.admin(`select 1 from inventory.outbox where type = $1 and key = any($2)`, [
      Ask.type,
      ids,
    ]);
    expect(asked).toHaveLength(3 * ids.length);
  }, 30_000);

  it('does not change when its definition throws, and the message is retried', async () => {
    const { inventory, journal } = await start();
    const orderId = randomUUID();
    await inventory.db.transaction(async () => void inventory.eventBus.publish(new Alarm({ orderId, n: 13 })));
    await eventually(async () =>
      expect(
        await database.admin(
          `select 1 from inventory.inbox where key = $1 and attempts > 0 and error like '%unlucky%'`,
          [orderId],
        ),
      ).toHaveLength(1),
    );
    expect(await journal.of(orderId)).toEqual([]);
  });
});
