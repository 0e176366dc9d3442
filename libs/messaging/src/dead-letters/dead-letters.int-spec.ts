import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { wakeStranded } from '../inbox/held.store';
import { eventually } from '../../../../test/support/eventually';
import { Answer, Ask } from '../testing/messages';
import { type Behaviour, Inventory, migrateTwoContexts, Payments, startTwoContexts } from '../testing/two-contexts';

let database: TestDatabase;
const apps: INestApplicationContext[] = [];

beforeAll(async () => {
  database = await testDatabase({ empty: true });
  await migrateTwoContexts(database.url);
}, 30_000);
afterAll(() => database.drop());
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await database.admin(
    'truncate inventory.inbox, payments.inbox, inventory.outbox, payments.outbox, inventory.effects',
  );
});

async function start(behaviour: Partial<Behaviour> = {}) {
  const app = await startTwoContexts(database.url, behaviour);
  apps.push(app);
  return { inventory: app.get(Inventory, { strict: false }), payments: app.get(Payments, { strict: false }) };
}

/** Inserts answers into the inbox, in this order. Their handler stores each number. */
const insertAnswers = (key: string, state: 'dead' | 'waiting', ...ns: readonly number[]) =>
  database.admin(
    `insert into inventory.inbox (message_id, handler, lane, key, type, body, meta, state, held, next_at, error)
     select gen_random_uuid(), 'note-answer', 'note-answer', $1::text, $2, jsonb_build_object('orderId', $1::text, 'n', n),
       '{"correlationId": "x"}', $3, true, case $3 when 'dead' then now() else 'infinity' end, 'poison'
     from unnest($4::int[]) with ordinality as u(n, place) order by place`,
    [key, Answer.type, state, ns],
  );
const handledNumbers = async (key: string) =>
  (await database.admin<{ n: number }>('select n from inventory.effects where key = $1 order by seq', [key])).map(
    ({ n }) => n,
  );
const upTo = (most: number) => Array.from({ length: most }, (_, index) => index + 1);
const openRows = (key: string) =>
  database.admin<{ n: number; state: string; parked: boolean }>(
    `select (body->>'n')::int as n, state, next_at = 'infinity' as parked from inventory.inbox
     where key = $1 and state <> 'done' order by seq`,
    [key],
  );

describe('Dead letters', () => {
  it('of one order, redriven together, are handled in order of arrival', async () => {
    const key = randomUUID();
    await insertAnswers(key, 'dead', ...upTo(100));
    await insertAnswers(key, 'waiting', 101, 102);
    const { inventory } = await start();
    const driven = await inventory.deadLetters.redriveAll({ key }, 1_000);
    expect(driven).toEqual([...driven].sort((one, other) => one - other));
    expect(driven).toHaveLength(100);
    await eventually(async () => expect(await handledNumbers(key)).toEqual(upTo(102)), 10_000);
  }, 20_000);

  it('of one order, redriven one by one from the last to the first, wait for each other', async () => {
    const key = randomUUID();
    await insertAnswers(key, 'dead', ...upTo(100));
    const { inventory } = await start();
    const letters = await inventory.deadLetters.list(100, 0, { key });
    for (const { seq } of [...letters].reverse()) expect(await inventory.deadLetters.redrive(seq)).toBe(true);
    await eventually(async () => expect(await handledNumbers(key)).toEqual(upTo(100)), 10_000);
  }, 20_000);

  it('do not overtake an earlier dead letter of their order when they are redriven', async () => {
    const [key, other] = [randomUUID(), randomUUID()];
    await insertAnswers(key, 'dead', 1);
    await insertAnswers(key, 'waiting', 2);
    await insertAnswers(key, 'dead', 3);
    await insertAnswers(key, 'waiting', 4);
    await insertAnswers(other, 'dead', 7);
    const { inventory } = await start();
    const [first, middle] = await inventory.deadLetters.list(10, 0, { key });
    expect([first, middle]).toMatchObject([{ followers: 2 }, { followers: 1 }]);
    await inventory.deadLetters.redrive(middle.seq);
    expect(await openRows(key)).toMatchObject([
      { n: 1, state: 'dead' },
      { n: 2, parked: true },
      { n: 3, state: 'waiting', parked: true },
      { n: 4, parked: true },
    ]);
    await inventory.deadLetters.redriveAll({ key: other }, 1);
    await eventually(async () => expect(await handledNumbers(other)).toEqual([7]));
    expect(await handledNumbers(key)).toEqual([]);
    await inventory.deadLetters.redrive(first.seq);
    await eventually(async () => expect(await handledNumbers(key)).toEqual([1, 2, 3, 4]));
  });

  it('release, when redriven, only the messages up to the next dead letter', async () => {
    const key = randomUUID();
    await insertAnswers(key, 'dead', 1);
    await insertAnswers(key, 'waiting', 2);
    await insertAnswers(key, 'dead', 3);
    await insertAnswers(key, 'waiting', 4);
    const { inventory } = await start();
    const [first, last] = await inventory.deadLetters.list(10, 0, { key });
    await inventory.deadLetters.redrive(first.seq);
    await eventually(async () => expect(await handledNumbers(key)).toEqual([1, 2]));
    expect(await openRows(key)).toMatchObject([
      { n: 3, state: 'dead' },
      { n: 4, parked: true },
    ]);
    await inventory.deadLetters.drop(last.seq, 'by me: nobody needs it');
    await eventually(async () => expect(await handledNumbers(key)).toEqual([1, 2, 4]));
    const [dropped] = await database.admin<{ error: string }>('select error from inventory.inbox where seq = $1', [
      last.seq,
    ]);
    expect(dropped.error).toBe('dropped: by me: nobody needs it\npoison');
  });

  it('are found by key, type and message, page by page', async () => {
    const [key, other] = [randomUUID(), randomUUID()];
    await insertAnswers(key, 'dead', 1, 2, 3);
    await insertAnswers(other, 'dead', 4);
    const { inventory } = await start();
    const { deadLetters } = inventory;
    const page = await deadLetters.list(2, 0, { key });
    const rest = await deadLetters.list(2, page[1].seq, { key });
    expect([...page, ...rest].map(({ body }) => (body as { n: number }).n)).toEqual([1, 2, 3]);
    expect(await deadLetters.list(10, 0, { type: Ask.type })).toEqual([]);
    expect(await deadLetters.list(10, 0, { type: Answer.type })).toHaveLength(4);
    const ids = [page[0].messageId];
    expect(await deadLetters.findOpen(ids)).toMatchObject([{ state: 'dead', messageId: ids[0], error: 'poison' }]);
    expect(await deadLetters.redriveAll({ messageIds: ids }, 10)).toEqual([page[0].seq]);
    expect(await deadLetters.redriveAll({ messageIds: ids }, 10)).toEqual([]);
    expect(await deadLetters.drop(0, 'why')).toBeUndefined();
  });

  it('that are settled while a message arrives do not block that message for ever', async () => {
    const [key, other] = [randomUUID(), randomUUID()];
    await insertAnswers(key, 'waiting', 1, 2);
    await insertAnswers(other, 'dead', 3);
    await insertAnswers(other, 'waiting', 4);
    const { inventory } = await start();
    expect(await wakeStranded(inventory.db)).toBe(1);
    await eventually(async () => expect(await handledNumbers(key)).toEqual([1, 2]));
    expect(await openRows(other)).toMatchObject([
      { n: 3, state: 'dead' },
      { n: 4, parked: true },
    ]);
  });

  it('stop only their own order, and after the repair all messages behind them follow in order', async () => {
    const [failing, ...others] = Array.from({ length: 6 }, () => randomUUID());
    let isRepaired = false;
    const { inventory, payments } = await start({
      onAsk: async ({ body }) => {
        if (body.orderId === failing && body.n === 50 && !isRepaired) throw new Error('poison');
      },
    });
    for (const n of upTo(100))
      await inventory.db.transaction(
        async () => void inventory.eventBus.publishAll([failing, ...others].map((orderId) => new Ask({ orderId, n }))),
      );
    await eventually(async () => {
      await database.admin(
        `update payments.inbox set attempts = 9, failed_since = now() - interval '1 hour', next_at = now() where attempts > 0 and claimed_by = 0`,
      );
      expect(await payments.deadLetters.list(10)).toHaveLength(1);
    }, 20_000);
    await eventually(async () => {
      for (const orderId of others) expect(await handledNumbers(orderId)).toEqual(upTo(100));
    }, 20_000);
    expect(await handledNumbers(failing)).toEqual(upTo(49));
    const [letter] = await payments.deadLetters.list(10);
    expect(letter).toMatchObject({ key: failing, body: { n: 50 }, followers: 50 });
    isRepaired = true;
    await payments.deadLetters.redrive(letter.seq);
    await eventually(async () => expect(await handledNumbers(failing)).toEqual(upTo(100)), 20_000);
  }, 60_000);

  it('are read with an index of their own, even in a full inbox', async () => {
    await database.admin(
      `insert into inventory.inbox (message_id, handler, lane, key, type, body, meta, state, done_at)
       select gen_random_uuid(), 'h', 'h', n::text, 't', '{}', '{}', case when n % 100 = 0 then 'dead' else 'done' end, now()
       from generate_series(1, 20000) n`,
    );
    await database.admin('analyze inventory.inbox');
    const plan = await database.admin<{ 'QUERY PLAN': string }>(
      `explain select seq from inventory.inbox i where i.state = 'dead' and i.seq > 500 order by i.seq limit 20`,
    );
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toMatch(/inbox_dead_in_order/);
  });
});
