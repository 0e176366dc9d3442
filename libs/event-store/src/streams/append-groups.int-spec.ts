import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { connect, type Database } from '#database';
import type { Uuid } from '#kernel';
import { inUnit, UnitOfWork } from '../../../messaging/src/inbox/unit-of-work';
import { CommandIdTaken, VersionConflict } from './errors';
import type { Append } from './events';
import { happening, ids, storeOn, TestMessage } from '../testing/store';

let test: TestDatabase;
let db: Database;

beforeAll(async () => {
  test = await testDatabase();
  db = test.of('ordering');
});
afterAll(() => test.drop());

const withMessage = (order: Uuid, version = 1) => ({ messages: [new TestMessage({ orderId: order, version })] });
const newAppends = (count: number) => {
  const orders = Array.from({ length: count }, () => ids.next());
  return { orders, appends: orders.map((order) => happening(order, 0, [{ of: order }], withMessage(order))) };
};

interface RowCounts {
  events: number;
  heads: number;
  pending: number;
  outbox: number;
  transactions: number;
}

const countRows = async (orders: readonly Uuid[]): Promise<RowCounts> => {
  const [row] = await test.admin<RowCounts>(
    `select (select count(*)::int from ordering.order_events where order_id = any($1)) as events,
       (select count(*)::int from ordering.order_heads where order_id = any($1)) as heads,
       (select count(*)::int from ordering.order_pending p join ordering.order_events e on e.id = p.event_id
        where e.order_id = any($1)) as pending,
       (select count(*)::int from ordering.outbox where key = any($1::text[])) as outbox,
       (select count(distinct xmin::text)::int from ordering.order_events where order_id = any($1)) as transactions`,
    [orders],
  );
  return row;
};

describe('Appends that arrive at the same time', () => {
  it('are written together, each with its message, its head and its pending row', async () => {
    const { store } = storeOn(db);
    const { orders, appends } = newAppends(60);
    const done = await Promise.all(appends.map((append) => store.append(append)));
    const { transactions, ...rows } = await countRows(orders);
    expect(rows).toEqual({ events: 60, heads: 60, pending: 60, outbox: 60 });
    expect(transactions).toBeLessThan(20);
    for (const [index, order] of orders.entries()) {
      expect(done[index]).toMatchObject({ version: 1, repeated: false });
      expect(await store.read(order)).toMatchObject(done[index].events);
    }
    const next = await Promise.all(
      orders.map((order) => store.append(happening(order, 1, [{}], withMessage(order, 2)))),
    );
    expect(next.every(({ version, repeated }) => version === 2 && !repeated)).toBe(true);
    expect(await countRows(orders)).toMatchObject({ events: 120, heads: 60, pending: 120, outbox: 120 });
  });

  it('fail one by one, without an effect on the other appends', async () => {
    const { store } = storeOn(db);
    const { orders, appends } = newAppends(40);
    const [order, otherOrder, repeatedOrder] = [ids.next(), ids.next(), ids.next()];
    const first = await store.append(happening(order, 0));
    const repeated = happening(repeatedOrder, 0, [{}], withMessage(repeatedOrder));
    await store.append(repeated);
    const failing: Append[] = [
      happening(order, 0, [{}], withMessage(order)),
      happening(order, 7, [{}], withMessage(order)),
      happening(otherOrder, 0, [{}], { ...withMessage(otherOrder), commandId: repeated.commandId }),
      repeated,
    ];
    const all = await Promise.allSettled([
      ...appends.slice(0, 30).map((append) => store.append(append)),
      ...failing.map((append) => store.append(append)),
      ...appends.slice(30).map((append) => store.append(append)),
    ]);
    const [conflict, ahead, taken, same] = all.slice(30, 34);
    expect(conflict).toMatchObject({ reason: new VersionConflict(order, 0, 1) });
    expect(ahead).toMatchObject({ reason: new VersionConflict(order, 7, 1) });
    expect(taken).toMatchObject({ reason: new CommandIdTaken(repeated.commandId) });
    expect(same).toMatchObject({ value: { version: 1, repeated: true } });
    expect([...all.slice(0, 30), ...all.slice(34)].every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await countRows(orders)).toMatchObject({ events: 40, heads: 40, pending: 40, outbox: 40 });
    expect(await countRows([order, otherOrder])).toMatchObject({ events: 1, heads: 1, outbox: 0 });
    expect(await countRows([repeatedOrder])).toMatchObject({ events: 1, outbox: 1 });
    expect(await store.read(order)).toMatchObject(first.events);
  });

  it('to one order with one version: one is written, the other appends conflict', async () => {
    const { store } = storeOn(db);
    const order = ids.next();
    await store.append(happening(order, 0));
    const all = await Promise.allSettled(Array.from({ length: 30 }, () => store.append(happening(order, 1))));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(all.filter((one) => one.status === 'rejected' && one.reason instanceof VersionConflict)).toHaveLength(29);
    expect((await store.read(order)).map(({ version }) => version)).toEqual([1, 2]);
  });

  it('of one command: one is written, the other appends return its result', async () => {
    const { store } = storeOn(db);
    const order = ids.next();
    const append = happening(order, 0, [{}], withMessage(order));
    const all = await Promise.all(Array.from({ length: 30 }, () => store.append(append)));
    expect(all.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(new Set(all.map(({ version }) => version))).toEqual(new Set([1]));
    expect(await countRows([order])).toMatchObject({ events: 1, heads: 1, pending: 1, outbox: 1 });
  });

  it('do not wait for an order that another transaction has locked or is creating', async () => {
    const { store } = storeOn(db);
    const { orders, appends } = newAppends(150);
    const [one, two, same, newOrder] = Array.from({ length: 4 }, () => ids.next());
    await Promise.all([one, two, same].map((order) => store.append(happening(order, 0))));
    const other = await connect(test.url, 'somebody');
    await other.query('begin');
    await other.query('select from ordering.order_heads where order_id = any($1) for update', [[one, two]]);
    await other.query('insert into ordering.order_heads (order_id, version) values ($1, 1)', [newOrder]);
    let unlocked = false;
    const appendAfterUnlock = async (append: Append) => {
      const done = await store.append(append).catch((error: unknown) => error);
      expect(unlocked).toBe(true);
      return done;
    };
    // These appends wait for the lock, and both run alone. So all later appends are grouped.
    const waiting = [one, two].map((order) => appendAfterUnlock(happening(order, 1)));
    const begun = appendAfterUnlock(happening(newOrder, 0));
    const toSameOrder = Array.from({ length: 3 }, () =>
      store.append(happening(same, 1)).catch((error: unknown) => error),
    );
    const toOtherOrders = appends.map((append) => store.append(append));
    await Promise.all(toOtherOrders);
    expect((await Promise.all(toSameOrder)).filter((error) => error instanceof VersionConflict)).toHaveLength(2);
    expect(await countRows([one, two, newOrder])).toMatchObject({ events: 2 });
    unlocked = true;
    await other.query('rollback');
    await other.end();
    await Promise.all([...waiting, begun]);
    expect(await countRows([...orders, one, two, same, newOrder])).toMatchObject({ events: 157, outbox: 150 });
  });

  it('with the same claim: one marks the message as done, and the other is refused', async () => {
    const { store } = storeOn(db);
    const { orders, appends } = newAppends(20);
    const [{ seq, id }] = await test.admin<{ seq: number; id: Uuid }>(
      `insert into ordering.inbox (message_id, handler, lane, key, type, body, meta, claimed_by)
       values (gen_random_uuid(), 'h', 'h', 'twice', 't', '{}', '{}', 42) returning seq, message_id as id`,
    );
    const claimed = { seq, messageId: id, claimedBy: 42 };
    const unit = () =>
      new UnitOfWork('ordering', 'h', { id, type: 't', key: 'k', body: {}, meta: {} as never }, claimed, 0);
    const both = orders.slice(0, 2).map((order) =>
      inUnit(unit(), async () => {
        await Promise.resolve();
        return store.append(happening(order, 0, [{}], { ...withMessage(order), claimed }));
      }),
    );
    const others = appends.slice(2).map((append) => store.append(append));
    const settled = await Promise.allSettled(both);
    await Promise.all(others);
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await countRows(orders.slice(0, 2))).toMatchObject({ events: 1, outbox: 1 });
  });

  it('mark their messages as done, and write nothing if their claim was lost', async () => {
    const { store } = storeOn(db);
    const rows = await test.admin<{ seq: number; id: Uuid }>(
      `insert into ordering.inbox (message_id, handler, lane, key, type, body, meta, claimed_by)
       select gen_random_uuid(), 'h', 'h', n::text, 't', '{}', '{}', case when n % 10 = 0 then 43 else 42 end
       from generate_series(1, 40) as n returning seq, message_id as id`,
    );
    const orders = rows.map(() => ids.next());
    const all = await Promise.allSettled(
      rows.map(({ seq, id }, index) => {
        const claimed = { seq, messageId: id, claimedBy: 42 };
        const unit = new UnitOfWork(
          'ordering',
          'h',
          { id, type: 't', key: 'k', body: {}, meta: {} as never },
          claimed,
          0,
        );
        const more = { ...withMessage(orders[index]), claimed };
        return inUnit(unit, async () => {
          await store.append(happening(orders[index], 0, [{}], more));
          expect(unit.isSettled).toBe(true);
        });
      }),
    );
    expect(all.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([9, 19, 29, 39]);
    const states = await test.admin<{ state: string; n: number }>(
      `select state, count(*)::int as n from ordering.inbox where seq = any($1) group by state order by state`,
      [rows.map(({ seq }) => seq)],
    );
    expect(states).toEqual([
      { state: 'done', n: 36 },
      { state: 'waiting', n: 4 },
    ]);
    const { transactions, ...written } = await countRows(orders);
    expect(written).toEqual({ events: 36, heads: 36, pending: 36, outbox: 36 });
    expect(transactions).toBeLessThan(20);
  });

  it('that failed as a group are tried one by one', async () => {
    const { store } = storeOn(db);
    const { orders, appends } = newAppends(30);
    // The trigger refuses each statement that writes more than one event. Its error is the same as for an event id that
    // is already taken.
    await test.admin(`create function ordering.refuse() returns trigger language plpgsql as $$ begin
      if (select count(*) from added) > 1 then raise exception 'not together' using errcode = 'unique_violation'; end if;
      return null; end $$`);
    await test.admin(`create trigger alone after insert on ordering.order_events referencing new table as added
      for each statement execute function ordering.refuse()`);
    try {
      const done = await Promise.all(appends.map((append) => store.append(append)));
      expect(done.every(({ repeated }) => !repeated)).toBe(true);
      expect(await countRows(orders)).toMatchObject({ events: 30, outbox: 30, transactions: 30 });
    } finally {
      await test.admin('drop trigger alone on ordering.order_events; drop function ordering.refuse()');
    }
  });
});
