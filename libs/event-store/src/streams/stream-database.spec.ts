import { Database, statement, type Statement } from '#database';
import { tables, tablesOf } from '../testing/tables';
import { StreamDatabase } from './stream-database';
import { inTables, named } from './table-names';

const gifts = tablesOf('gifts', 'card_id', 'gift');

/** A database that records its queries. */
function recordingDatabase(names = tables) {
  const queries: (string | Statement)[] = [];
  const query = async (sql: string | Statement) => (queries.push(sql), []);
  return { queries, db: new StreamDatabase({ query } as unknown as Database, names) };
}

const READ = statement('read', `select ${named.stream} from ${named.events} where ${named.stream} = $1`);

describe('SQL over the tables of a store', () => {
  it('uses the table names of the context', () => {
    expect(inTables(READ.text, gifts)).toBe('select card_id from gift_events where card_id = $1');
    expect(inTables(`select '{}'::jsonb, '[a-z]{0,40}'`, gifts)).toBe(`select '{}'::jsonb, '[a-z]{0,40}'`);
  });

  it('is refused if a table name is missing', () => {
    expect(() => inTables(READ.text, { stream: 'card_id' })).toThrow('this store has no name for it');
  });

  it('is prepared under a different name in each store', async () => {
    const [one, two] = [recordingDatabase(), recordingDatabase(gifts)];
    for (const { db } of [one, two]) await db.query(READ);
    expect(one.queries).toEqual([
      { name: 'orders:read', text: 'select order_id from order_events where order_id = $1' },
    ]);
    expect(two.queries).toEqual([{ name: 'gifts:read', text: 'select card_id from gift_events where card_id = $1' }]);
  });

  it('keeps its name if it uses none of the tables', async () => {
    const { db, queries } = recordingDatabase();
    const other = statement('other', 'select 1');
    await db.query(other);
    expect(queries).toEqual([other]);
  });

  it('is renamed once, and its name is not too long for Postgres', async () => {
    const { db, queries } = recordingDatabase();
    const long = [1, 2].map((n) => statement('n'.repeat(62) + n, READ.text));
    for (const one of [READ, READ, ...long]) await db.query(one);
    expect(queries[0]).toBe(queries[1]);
    const [first, second] = (queries.slice(2) as Statement[]).map(({ name }) => name);
    expect(first).not.toBe(second);
    for (const name of [first, second]) expect(name.length).toBeLessThanOrEqual(63);
  });
});
