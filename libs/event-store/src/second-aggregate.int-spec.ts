import { testDatabase, type TestDatabase } from '../../../test/support/test-database';
import type { Uuid } from '#kernel';
import type { PgDatabase } from '#database';
import { projectionsOn } from './projections/testing/tally';
import { eventually } from '../../../test/support/eventually';
import { CommandIdTaken, VersionConflict } from './streams/errors';
import type { NewEvent } from './streams/events';
import type { Guarded } from './streams/guard';
import { StreamDatabase } from './streams/stream-database';
import { VerificationRows } from './verifications/verifications.store';
import {
  balances,
  bothDatabases,
  CodeTaken,
  codeUsedOnce,
  createGiftTables,
  giftDatabase,
  giftEvents,
  giftsIn,
  giftTables,
  issued,
  seriesOpen,
  SeriesClosed,
  spent,
} from './testing/gift-cards';
import { happening, ids, macKey, storeOn } from './testing/store';
import { tables } from './testing/tables';

let test: TestDatabase;
let pool: PgDatabase;
let db: StreamDatabase;

beforeAll(async () => {
  test = await testDatabase();
  await createGiftTables(test.url);
  pool = giftDatabase(test.url);
  db = giftsIn(pool);
});
afterAll(async () => {
  await pool.close();
  await test.drop();
});

const openShop = () => storeOn(db, giftEvents);
const append = (card: Uuid, expected: number, events: readonly NewEvent[], guards: readonly Guarded[] = []) => ({
  ...happening(card, expected),
  events,
  guards,
});
const count = async (table: string): Promise<number> =>
  (await db.query<{ n: number }>(`select count(*)::int as n from ${table}`))[0].n;
const countAllRows = () => Promise.all(['gift_facts', 'gift_versions', 'gift_queue', 'gift_codes'].map(count));

/** Numbers all pending events. */
async function numberAll({ sequencer }: ReturnType<typeof openShop>): Promise<void> {
  const run = await sequencer.begin();
  while ((await run()) > 0);
}

describe('A second aggregate, with its own tables and its own stream column,', () => {
  it('has streams that are appended to, read and folded', async () => {
    const { store } = openShop();
    const card = ids.next();
    await store.append(append(card, 0, [issued(100), spent(30)]));
    expect(await store.append(append(card, 2, [spent(20)]))).toMatchObject({ version: 3, repeated: false });
    expect(await store.read(card)).toMatchObject([{ type: 'Issued' }, { type: 'Spent' }, { data: { amount: 20 } }]);
    const balanceReducer = { name: 'left', version: 1, project: balances.project };
    expect(await store.fold(card, balanceReducer)).toEqual({ state: { left: 50 }, version: 3 });
  });

  it('stores a snapshot of a long stream', async () => {
    const { store } = openShop();
    const card = ids.next();
    await store.append(append(card, 0, [issued(1_000)]));
    await store.append(
      append(
        card,
        1,
        Array.from({ length: 300 }, () => spent(1)),
      ),
    );
    const balanceReducer = { name: 'left', version: 2, project: balances.project };
    expect((await store.fold(card, balanceReducer)).state).toEqual({ left: 700 });
    await eventually(async () => (await count(`gift_folds where card_id = '${card}'`)) === 1);
    await store.append(append(card, 301, [spent(100)]));
    expect((await store.fold(card, balanceReducer)).state).toEqual({ left: 600 });
  });

  it('refuses an append with a wrong version, or with a command id of another stream', async () => {
    const { store } = openShop();
    const card = ids.next();
    const first = append(card, 0, [issued(100)]);
    await store.append(first);
    const before = await countAllRows();
    await expect(store.append(append(card, 0, [spent(1)]))).rejects.toThrow(VersionConflict);
    await expect(store.append(append(card, 5, [spent(1)]))).rejects.toMatchObject({ actual: 1 });
    await expect(store.append({ ...first, streamId: ids.next() })).rejects.toThrow(CommandIdTaken);
    expect(await countAllRows()).toEqual(before);
  });

  it('returns the first result for a repeated command', async () => {
    const { store } = openShop();
    const card = ids.next();
    const command = append(card, 0, [issued(100)]);
    const first = await store.append(command);
    await store.append(append(card, 1, [spent(1)]));
    expect(await store.append(command)).toMatchObject({ ...first, repeated: true });
  });

  it('checks its own guards, before and after the head moves', async () => {
    const { store } = openShop();
    const [one, two] = [ids.next(), ids.next()];
    const guards = (code: string, series = 'spring') => [seriesOpen({ series }), codeUsedOnce({ code })];
    await store.append(append(one, 0, [issued(100)], guards('A1')));
    const before = await countAllRows();
    const taken = await store.append(append(two, 0, [issued(50)], guards('A1'))).catch((error: unknown) => error);
    expect(taken).toBeInstanceOf(CodeTaken);
    expect(taken).toMatchObject({ cardId: one });
    await db.query(`insert into gift_series (series, closed) values ('winter', true)`);
    await expect(store.append(append(two, 0, [issued(50)], guards('A2', 'winter')))).rejects.toThrow(SeriesClosed);
    // If no guard refuses the append, the error is the version conflict.
    await expect(store.append(append(one, 0, [issued(1)], guards('A3')))).rejects.toThrow(VersionConflict);
    expect(await countAllRows()).toEqual(before);
    const race = await Promise.allSettled(
      Array.from({ length: 8 }, () => store.append(append(ids.next(), 0, [issued(5)], guards('B1')))),
    );
    expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('groups appends that arrive at the same time', async () => {
    const { store } = openShop();
    const cards = Array.from({ length: 40 }, () => ids.next());
    await Promise.all(cards.map((card) => store.append(append(card, 0, [issued(10)]))));
    await Promise.all(cards.map((card) => store.append(append(card, 1, [spent(3)]))));
    const [{ transactions }] = await db.query<{ transactions: number }>(
      `select count(distinct xmin::text)::int as transactions from gift_facts where card_id = any($1::uuid[])`,
      [cards],
    );
    expect(transactions).toBeLessThan(80);
    for (const card of cards) expect(await store.read(card)).toHaveLength(2);
  });

  it('is numbered, sealed, proved and verified, and a change is found', async () => {
    const shop = openShop();
    const { store, sealer } = shop;
    const card = ids.next();
    await store.append(append(card, 0, [issued(100), spent(1)]));
    await numberAll(shop);
    const head = await store.head();
    expect(await store.waiting()).toMatchObject({ waiting: 0 });
    await sealer.seal(head);
    expect((await store.seals(0, 100)).at(-1)).toMatchObject({ position: head });
    expect((await store.prove(card))?.events).toHaveLength(2);
    expect(await store.verify()).toMatchObject({ ok: true, to: head, sealedThrough: head });
    const rows = new VerificationRows(db, macKey);
    const begun = (await rows.begin(ids.next(), 'asked', 1))!;
    await rows.finish(begun, await store.verify());
    expect(await rows.findLastGoodPosition()).toBe(0); // a verification on request does not count
    expect(await rows.find(begun.id)).toMatchObject({ state: 'done', result: { ok: true } });
    const tamper = (amount: number) =>
      test.admin(`do $$ begin set local session_replication_role = replica;
        update gifts.gift_facts set event_data = '{"amount": ${amount}}' where card_id = '${card}' and version = 1; end $$`);
    await tamper(900);
    expect(await store.verify()).toMatchObject({ ok: false });
    await tamper(100);
    expect(await store.verify()).toMatchObject({ ok: true });
  });

  it('has a projection that can be rebuilt', async () => {
    const shop = projectionsOn(db, [balances], giftEvents);
    const stop = shop.lead(balances.name);
    try {
      const cards = Array.from({ length: 10 }, () => ids.next());
      for (const [index, card] of cards.entries())
        await shop.store.append(append(card, 0, [issued(100), spent(index)]));
      const caughtUp = async () => {
        if ((await count('gift_queue')) > 0) return false;
        return (await shop.models.position(balances.name)) === (await shop.store.head());
      };
      await eventually(caughtUp);
      const rows = async () =>
        db.query<{ id: string; left: number }>(
          `select card_id as id, left_on_it as left from ${await shop.models.table(balances.name)} order by card_id`,
        );
      const rowsBefore = await rows();
      expect(rowsBefore.filter(({ id }) => cards.includes(id)).map(({ left }) => left)).toEqual(
        cards.map((_, index) => 100 - index),
      );
      const { id } = await shop.rebuilds.start(balances.name, 'auto', null, 'test');
      await eventually(async () => (await shop.rebuilds.view(balances.name, id)).state === 'live');
      expect(await rows()).toEqual(rowsBefore);
    } finally {
      await stop();
    }
  }, 30_000);

  it('can share a connection with another store, because its statements have other names', async () => {
    const one = bothDatabases(test.url);
    try {
      const gifts = storeOn(new StreamDatabase(one, giftTables), giftEvents).store;
      const orders = storeOn(new StreamDatabase(one, tables)).store;
      for (let n = 0; n < 2; n++) {
        const [card, order] = [ids.next(), ids.next()];
        await gifts.append(append(card, 0, [issued(1)]));
        await orders.append(happening(order, 0));
        expect(await gifts.read(card)).toHaveLength(1);
        expect(await orders.read(order)).toHaveLength(1);
        expect(await gifts.read(order)).toEqual([]);
        expect(await orders.read(card)).toEqual([]);
      }
    } finally {
      await one.close();
    }
  });
});
