import { setTimeout as pause } from 'node:timers/promises';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import type { Uuid } from '#kernel';
import type { Database } from '#database';
import { inUnit, UnitOfWork } from '../../../messaging/src/inbox/unit-of-work';
import { CommandIdTaken, UnknownEvent, VersionConflict } from './errors';
import { EventTypes } from './event-types';
import { happening, ids, storeOn, TestMessage } from '../testing/store';

let test: TestDatabase;
let db: Database;
const count = async (table: string): Promise<number> =>
  (await test.admin<{ n: number }>(`select count(*)::int as n from ordering.${table}`))[0].n;

beforeAll(async () => {
  test = await testDatabase();
  db = test.of('ordering');
});
afterAll(() => test.drop());

describe('An append', () => {
  it('starts or continues a stream, and its events are read as they were written', async () => {
    const { store } = storeOn(db);
    const order = ids.next();
    const data = { text: 'cà phê sữa đá ☕ \\ " \n {}', nested: [{ n: 1.5, none: null }], empty: {} };
    const first = await store.append(happening(order, 0, [data, { second: true }]));
    expect(first).toMatchObject({ version: 2, repeated: false });
    await store.append(happening(order, 2));
    const events = await store.read(order);
    expect(events.map(({ version }) => version)).toEqual([1, 2, 3]);
    expect(events[0]).toMatchObject(first.events[0]);
    expect(events[0].data).toEqual(data);
    expect(events[0].timestamp).toBeInstanceOf(Date);
    expect((await store.read(order, 2, 2)).map(({ data }) => data)).toEqual([{ second: true }]);
    expect(await store.read(ids.next())).toEqual([]);
  });

  it.each([
    ['after the last version', 3],
    ['before the last version', 1],
    ['0, although the stream exists,', 0],
  ])('with an expected version %s is a conflict, and writes nothing', async (_, expected) => {
    const { store } = storeOn(db);
    const order = ids.next();
    await store.append(happening(order, 0, [{}, {}]));
    const before = await count('order_pending');
    const conflicting = happening(order, expected, [{}], {
      messages: [new TestMessage({ orderId: order, version: 1 })],
    });
    await expect(store.append(conflicting)).rejects.toMatchObject({ expected, actual: 2 });
    await expect(store.append(conflicting)).rejects.toThrow(VersionConflict);
    expect(await count('order_pending')).toBe(before);
    expect((await store.read(order)).length).toBe(2);
  });

  it('to a stream that does not exist is a conflict if a version is expected', async () => {
    const { store } = storeOn(db);
    await expect(store.append(happening(ids.next(), 1))).rejects.toMatchObject({ actual: 0 });
  });

  it('without events writes nothing', async () => {
    const { store } = storeOn(db);
    const order = ids.next();
    const before = await count('outbox');
    const nothing = happening(order, 0, [], { messages: [new TestMessage({ orderId: order, version: 0 })] });
    expect(await store.append(nothing)).toEqual({ version: 0, repeated: false, events: [] });
    expect(await count('outbox')).toBe(before);
    expect(await count(`order_heads where order_id = '${order}'`)).toBe(0);
  });

  it('also writes its messages, with ids that are derived from the command', async () => {
    const { store } = storeOn(db);
    const order = ids.next();
    const append = happening(order, 0, [{}], { messages: [new TestMessage({ orderId: order, version: 1 })] });
    await store.append(append);
    const [row] = await test.admin<{ meta: object; type: string }>(`select * from ordering.outbox where key = $1`, [
      order,
    ]);
    expect(row).toMatchObject({ type: TestMessage.type, meta: { causationId: append.commandId, aggregateVersion: 1 } });
  });

  it('that is repeated returns the first result and writes nothing, for any expected version', async () => {
    const { store } = storeOn(db);
    const order = ids.next();
    const append = happening(order, 0, [{ n: 1 }, { n: 2 }], {
      messages: [new TestMessage({ orderId: order, version: 1 })],
    });
    const first = await store.append(append);
    await store.append(happening(order, 2));
    for (const expectedVersion of [0, 3]) {
      const again = await store.append({ ...append, expectedVersion });
      expect(again).toMatchObject({ ...first, repeated: true });
    }
    expect((await store.read(order)).length).toBe(3);
    await expect(store.append({ ...append, streamId: ids.next() })).rejects.toThrow(CommandIdTaken);
    const twice = await Promise.all([1, 2, 3, 4].map(() => store.append({ ...happening(order, 3), ...sameCommand })));
    expect(twice.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(new Set(twice.map(({ version }) => version))).toEqual(new Set([4]));
  });
  const sameCommand = (({ commandId, metadata }) => ({ commandId, metadata }))(happening(ids.next(), 0));

  it('is rolled back with its transaction', async () => {
    const { store } = storeOn(db);
    const order = ids.next();
    const fails = db.transaction(async () => {
      await store.append(happening(order, 0));
      expect((await store.read(order)).length).toBe(1);
      throw new Error('no');
    });
    await expect(fails).rejects.toThrow('no');
    expect(await store.read(order)).toEqual([]);
  });

  it('refuses events of an unknown type, or of a schema version that is not the current version', async () => {
    const { store } = storeOn(db);
    const event = { type: 'Happened', schemaVersion: 1, data: {} };
    const append = (change: object) =>
      store.append(happening(ids.next(), 0, [{}], { events: [{ ...event, ...change }] }));
    await expect(append({ type: 'Unheard' })).rejects.toThrow(UnknownEvent);
    await expect(append({ schemaVersion: 2 })).rejects.toThrow(UnknownEvent);
  });
});

describe('Sixteen writers on one stream', () => {
  it('get each version exactly once', async () => {
    const { store } = storeOn(db);
    const order = ids.next();
    const winners: number[] = [];
    let conflicts = 0;
    const write = async () => {
      for (let won = 0; won < 5;) {
        const expected = (await store.read(order)).length;
        try {
          winners.push((await store.append(happening(order, expected))).version);
          won += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(VersionConflict);
          conflicts += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: 16 }, write));
    expect(winners.sort((a, b) => a - b)).toEqual(Array.from({ length: 80 }, (_, i) => i + 1));
    expect((await store.read(order)).map(({ version }) => version)).toEqual(winners);
    expect(conflicts).toBeGreaterThan(0);
  });
});

describe('In an inbox handler', () => {
  const messageOf = new Map<number, Uuid>();
  const insertInboxRow = async (): Promise<number> => {
    const id = ids.next();
    const [row] = await test.admin<{ seq: number }>(
      `insert into ordering.inbox (message_id, handler, lane, key, type, body, meta, claimed_by)
       values ($1, 'h', 'h', 'k', 't', '{}', '{}', 42) returning seq`,
      [id],
    );
    messageOf.set(row.seq, id);
    return row.seq;
  };
  const unitOf = (seq: number, claimedBy = 42) => {
    const id = messageOf.get(seq)!;
    return new UnitOfWork(
      ...(['ordering', 'h', { id, type: 't', key: 'k', body: {}, meta: {} as never }] as const),
      { seq, messageId: id, claimedBy },
      0,
    );
  };
  const readInboxState = async (seq: number) =>
    (await test.admin<{ state: string }>('select state from ordering.inbox where seq = $1', [seq]))[0].state;

  it('an append marks the message as done in the same statement, without a transaction', async () => {
    const { store, outbox } = storeOn(db);
    const [order, seq] = [ids.next(), await insertInboxRow()];
    const unit = unitOf(seq);
    await db.transaction(() =>
      inUnit(unit, async () => {
        outbox.send([new TestMessage({ orderId: order, version: 7 })]);
        const before = (await store.read(order)).length;
        await store.append(
          happening(order, before, [{}], {
            claimed: unit.claimed,
            messages: [new TestMessage({ orderId: order, version: 1 })],
          }),
        );
        expect(db.hasSentBegin()).toBe(false);
      }),
    );
    expect(unit.isSettled).toBe(true);
    expect(await readInboxState(seq)).toBe('done');
    expect(await count(`outbox where key = '${order}'`)).toBe(2);
  });

  it('an append with a conflict leaves the message waiting, and returns the collected messages', async () => {
    const { store, outbox } = storeOn(db);
    const [order, seq] = [ids.next(), await insertInboxRow()];
    const unit = unitOf(seq);
    await inUnit(unit, async () => {
      outbox.send([new TestMessage({ orderId: order, version: 7 })]);
      await expect(store.append(happening(order, 1, [{}], { claimed: unit.claimed }))).rejects.toThrow(VersionConflict);
    });
    expect(await readInboxState(seq)).toBe('waiting');
    expect(unit.takeCollected().messages).toHaveLength(1);
  });

  it('an append writes nothing if the claim was lost', async () => {
    const { store } = storeOn(db);
    const [order, seq] = [ids.next(), await insertInboxRow()];
    const unit = unitOf(seq, 43);
    await inUnit(unit, () =>
      expect(store.append(happening(order, 0, [{}], { claimed: unit.claimed }))).rejects.toThrow('claim'),
    );
    expect(await store.read(order)).toEqual([]);
    expect(await readInboxState(seq)).toBe('waiting');
  });
});

describe('Append-only tables', () => {
  it.each(['order_events', 'order_log', 'order_seals'])('refuse every change: %s', async (table) => {
    const { store, sequencer, sealer } = storeOn(db);
    await store.append(happening(ids.next(), 0));
    const run = await sequencer.begin();
    while ((await run()) > 0);
    await sealer.seal(await store.head()).catch(() => undefined);
    const column = table === 'order_events' ? 'event_type' : 'position';
    for (const change of [`update ${table} set ${column} = ${column}`, `delete from ${table}`, `truncate ${table}`]) {
      await expect(db.query(change)).rejects.toMatchObject({ code: '42501' }); // the role of the shop cannot do this
      const asOwner = (role: string) =>
        test.admin(`do $$ begin set local role ${role}; set local search_path = ordering; ${change}; end $$`);
      await expect(asOwner('shop_ordering_owner')).rejects.toMatchObject({ code: '42501' });
      await expect(test.admin(change.replace(table, `ordering.${table}`))).rejects.toThrow('append-only'); // a superuser is refused too, unless the triggers are off
    }
  });
});

describe('Old events', () => {
  it('are upcast when they are read, and their stored bytes do not change', async () => {
    const order = ids.next();
    const old = storeOn(db);
    const appended = await old.store.append(happening(order, 0, [{ name: 'Phin' }]));
    const types = new EventTypes([
      {
        type: 'Happened',
        upcasts: [({ name }: { name: string }) => ({ names: [name] }), (d: object) => ({ ...d, v3: true })],
      },
    ]);
    const { store } = storeOn(db, types);
    expect((await store.read(order))[0]).toMatchObject({ schemaVersion: 3, data: { names: ['Phin'], v3: true } });
    const [stored] = await test.admin<{ d: object }>(
      'select event_data as d from ordering.order_events where id = $1',
      [appended.events[0].id],
    );
    expect(stored.d).toEqual({ name: 'Phin' });
    const { store: olderBuild } = storeOn(db, new EventTypes([]));
    await expect(olderBuild.read(order)).rejects.toThrow(UnknownEvent);
    await pause(0);
  });
});
