import { setTimeout as pause } from 'node:timers/promises';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import type { PgDatabase } from './pg-database';
import { statement } from './statement';

@Entity('bags')
class Bag {
  @PrimaryColumn('text')
  roast!: string;

  @Column('bigint')
  grams!: number;

  @Column('timestamptz')
  roastedAt!: Date;
}

let shop: TestDatabase;
let db: PgDatabase;
let other: PgDatabase;

beforeAll(async () => {
  shop = await testDatabase();
  for (const sql of [
    `create table catalog.bags (roast text primary key, grams bigint not null default 250,
       "roastedAt" timestamptz not null default '2026-01-05T08:00:00Z')`,
    `alter table catalog.bags owner to shop_catalog_owner`,
    `grant select, insert, update, delete on catalog.bags to shop_catalog`,
  ])
    await shop.admin(sql);
  db = shop.of('catalog');
  other = shop.of('inventory');
  await db.use([Bag]);
});

beforeEach(() => shop.admin('truncate catalog.bags'));
afterAll(() => shop?.drop());

const add = (roast: string) => db.query('insert into bags (roast) values ($1)', [roast]);
const roasts = async () => (await shop.admin<{ roast: string }>('select roast from catalog.bags order by 1')).map(({ roast }) => roast); // prettier-ignore

describe('A statement outside a transaction', () => {
  it('uses the schema of its context, the runtime role and time limits', async () => {
    const [row] = await db.query(
      `select current_user::text as role, current_schema()::text as schema,
              current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
              current_setting('idle_in_transaction_session_timeout') as idle`,
    );
    expect(row).toEqual({ role: 'shop_catalog', schema: 'catalog', statement: '10s', lock: '200ms', idle: '5s' });
  });

  it('is not allowed to read another context, or to change the schema of its own context', async () => {
    await expect(other.query('select * from catalog.bags')).rejects.toMatchObject({ code: '42501' });
    await expect(db.query('create table shelves (id int)')).rejects.toMatchObject({ code: '42501' });
    await expect(db.query('truncate bags')).rejects.toMatchObject({ code: '42501' });
    await expect(db.query('update migrations set name = name')).rejects.toMatchObject({ code: '42501' });
  });

  it('reads bigint as a number, a date as text, jsonb as a value, and throws if digits would be lost', async () => {
    const [row] = await db.query(
      `select 9007199254740991::int8 as big, array[1, 2]::int8[] as bigs, date '2026-01-31' as day, '{"a":[1]}'::jsonb as json,
              sum(x) as sum, timestamptz '2026-01-05 08:00+00' as at from unnest(array[1, 2]::int8[]) x`,
    );
    expect(row).toEqual({
      big: 9007199254740991,
      bigs: [1, 2],
      day: '2026-01-31',
      json: { a: [1] },
      sum: 3,
      at: new Date('2026-01-05T08:00:00Z'),
    });
    await expect(db.query('select 9007199254740992::int8')).rejects.toThrow('does not fit');
  });

  it('is prepared once per connection if it has a name', async () => {
    const count = statement('count-bags', 'select count(*) as bags from bags where grams > $1');
    await db.transaction(async () => {
      for (let i = 0; i < 3; i++) expect(await db.query(count, [1])).toEqual([{ bags: 0 }]);
      const prepared = await db.query(`select name from pg_prepared_statements where name = 'count-bags'`);
      expect(prepared).toHaveLength(1);
    });
  });
});

describe('A transaction', () => {
  it('commits all its statements', async () => {
    await db.transaction(async () => {
      await add('arabica');
      expect(db.inTransaction()).toBe(true);
      expect(await roasts()).toEqual([]); // not visible outside the transaction yet
      await add('robusta');
    });
    expect(db.inTransaction()).toBe(false);
    expect(await roasts()).toEqual(['arabica', 'robusta']);
  });

  it('rolls back and throws the error when its work throws', async () => {
    const work = db.transaction(async () => {
      await add('arabica');
      throw new Error('the work failed');
    });
    await expect(work).rejects.toThrow('the work failed');
    expect(await roasts()).toEqual([]);
  });

  it('is joined by a transaction that is opened inside it', async () => {
    const work = db.transaction(async () => {
      await db.transaction(() => add('arabica'));
      throw new Error('the work failed');
    });
    await expect(work).rejects.toThrow('the work failed');
    expect(await roasts()).toEqual([]);
  });

  it('belongs to one context only', async () => {
    await db.transaction(async () => {
      await add('arabica');
      expect(other.inTransaction()).toBe(false);
      await other.transaction(async () => {
        expect(db.inTransaction()).toBe(true);
        await add('robusta');
      });
    });
    expect(await roasts()).toEqual(['arabica', 'robusta']);
  });

  it('runs concurrent statements one after the other', async () => {
    await db.transaction(async () => void (await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(add))));
    expect(await roasts()).toHaveLength(6);
  });

  it('needs no connection until its first statement', async () => {
    await db.transaction(async () => {
      expect(db.pool.idleCount).toBe(db.pool.totalCount);
      await db.query('select 1');
      expect(db.pool.idleCount).toBe(db.pool.totalCount - 1);
    });
  });

  it('throws at the commit if the error of a statement was ignored', async () => {
    const work = db.transaction(async () => {
      await add('arabica');
      await add('arabica').catch(() => undefined);
    });
    await expect(work).rejects.toThrow('rolled the transaction back');
    expect(await roasts()).toEqual([]);
  });

  it('refuses a statement after its end', async () => {
    let late: Promise<unknown> | undefined;
    await db.transaction(async () => {
      await add('arabica');
      late = pause(50).then(() => add('robusta'));
      late.catch(() => undefined);
    });
    await expect(late).rejects.toThrow('transaction is over');
    expect(await roasts()).toEqual(['arabica']);
  });

  it('is retried after a deadlock', async () => {
    await add('arabica');
    await add('robusta');
    let tries = 0;
    const inOrder = (first: string, second: string) =>
      db.transaction(async () => {
        tries++;
        await db.query('update bags set grams = grams + 1 where roast = $1', [first]);
        await pause(100);
        await db.query('update bags set grams = grams + 1 where roast = $1', [second]);
      });
    await Promise.all([inOrder('arabica', 'robusta'), inOrder('robusta', 'arabica')]);
    expect(tries).toBeGreaterThan(2);
    expect(await db.query('select distinct grams from bags')).toEqual([{ grams: 252 }]);
  });

  it('fails with its connection, and the pool continues with other connections', async () => {
    const work = db.transaction(async () => {
      const [row] = await db.query<{ pid: number }>('select pg_backend_pid() as pid');
      await shop.admin('select pg_terminate_backend($1)', [row.pid]);
      await pause(50);
      await add('arabica');
    });
    await expect(work).rejects.toThrow();
    await add('robusta');
    expect(await roasts()).toEqual(['robusta']);
  });
});

describe('The commit', () => {
  it('comes after the functions of beforeCommit, and before those of afterCommit', async () => {
    const calls: string[] = [];
    await db.transaction(async () => {
      db.afterCommit(() => calls.push(`after, in a transaction: ${db.inTransaction()}`));
      db.beforeCommit(async () => {
        await add('arabica');
        calls.push('before');
      });
      calls.push('work');
    });
    expect(calls).toEqual(['work', 'before', 'after, in a transaction: false']);
    expect(await roasts()).toEqual(['arabica']);
  });

  it('runs the functions of afterCommit; without a transaction they run at once, after a rollback never', async () => {
    const calls: string[] = [];
    const work = db.transaction(async () => {
      db.afterCommit(() => calls.push('never'));
      await add('arabica');
      throw new Error('the work failed');
    });
    await expect(work).rejects.toThrow('the work failed');
    db.afterCommit(() => calls.push('at once'));
    expect(calls).toEqual(['at once']);
  });

  it('removes the values that getTransactionLocal() has made', async () => {
    const buffer = Symbol('buffer');
    const getBuffer = () => db.getTransactionLocal<string[]>(buffer, () => []);
    const one = await db.transaction(async () => (getBuffer().push('a'), getBuffer().push('b'), getBuffer()));
    const two = await db.transaction(async () => getBuffer());
    expect([one, two]).toEqual([['a', 'b'], []]);
    expect(() => getBuffer()).toThrow('no open transaction');
  });

  it('is not sent if queryLast() sends the only statement', async () => {
    await pause(2_100); // for two seconds after a failed wait for a lock, even a single statement has a BEGIN
    const xids: unknown[] = [];
    const insert = `insert into bags (roast) values ($1) returning xmin::text as xid`;
    await db.transaction(async () => {
      xids.push(...(await db.queryLast(insert, ['arabica'])));
      expect(await roasts()).toEqual(['arabica']); // committed already
      await expect(db.query('select 1')).rejects.toThrow('over');
    });
    const work = db.transaction(async () => {
      await add('robusta');
      await db.queryLast(insert, ['excelsa'], ({ rowCount }) => {
        if (rowCount === 1) throw new Error('not settled');
      });
    });
    await expect(work).rejects.toThrow('not settled');
    expect(await roasts()).toEqual(['arabica']);
  });
});

describe('Entities', () => {
  it('are committed or rolled back together with the SQL of the transaction', async () => {
    await db.transaction(async () => {
      await add('arabica');
      await db.entities.save(Bag, { roast: 'robusta', grams: 500, roastedAt: new Date(0) });
      expect(await db.entities.countBy(Bag, {})).toBe(2);
    });
    const work = db.transaction(async () => {
      await db.entities.delete(Bag, { roast: 'arabica' });
      throw new Error('the work failed');
    });
    await expect(work).rejects.toThrow('the work failed');
    expect(await db.entities.findOneBy(Bag, { roast: 'robusta' })).toEqual({
      roast: 'robusta',
      grams: 500,
      roastedAt: new Date(0),
    });
    expect(await roasts()).toEqual(['arabica', 'robusta']);
  });

  it('can be rolled back to a savepoint', async () => {
    await db.transaction(async () => {
      await add('arabica');
      const inner = db.entities.transaction(async (manager) => {
        await manager.insert(Bag, { roast: 'robusta', grams: 1, roastedAt: new Date(0) });
        throw new Error('the work failed');
      });
      await expect(inner).rejects.toThrow('the work failed');
    });
    expect(await roasts()).toEqual(['arabica']);
  });

  it('work without a transaction, too', async () => {
    await db.entities.save(Bag, { roast: 'robusta', grams: 500, roastedAt: new Date(0) });
    expect(await roasts()).toEqual(['robusta']);
    expect(db.pool.idleCount).toBe(db.pool.totalCount);
  });
});
