import { Database, statement, type Statement } from '#database';
import { tables, tablesOf } from '../testing/tables';
import { StreamDatabase } from './stream-database';
import { inTables, named } from './table-names';

const gifts = tablesOf('gifts', 'card_id', 'gift');

/** Remembers what it is asked. */
function listening(names = tables) {
  const heard: (string | Statement)[] = [];
  const query = async (sql: string | Statement) => (heard.push(sql), []);
  return { heard, db: new StreamDatabase({ query } as unknown as Database, names) };
}

const READ = statement('read', `select ${named.stream} from ${named.events} where ${named.stream} = $1`);

describe('SQL over the tables of a store', () => {
  it('gets the names that the context has handed in', () => {
    expect(inTables(READ.text, gifts)).toBe('select card_id from gift_events where card_id = $1');
    expect(inTables(`select '{}'::jsonb, '[a-z]{0,40}'`, gifts)).toBe(`select '{}'::jsonb, '[a-z]{0,40}'`);
  });

  it('is refused where a name is not known', () => {
    expect(() => inTables(READ.text, { stream: 'card_id' })).toThrow('this store has no name for it');
  });

  it('is prepared under another name in another store', async () => {
    const [one, two] = [listening(), listening(gifts)];
    for (const { db } of [one, two]) await db.query(READ);
    expect(one.heard).toEqual([{ name: 'orders:read', text: 'select order_id from order_events where order_id = $1' }]);
    expect(two.heard).toEqual([{ name: 'gifts:read', text: 'select card_id from gift_events where card_id = $1' }]);
  });

  it('keeps its name where it names none of the tables', async () => {
    const { db, heard } = listening();
    const other = statement('other', 'select 1');
    await db.query(other);
    expect(heard).toEqual([other]);
  });

  it('is made once, and has a name that Postgres can hold', async () => {
    const { db, heard } = listening();
    const long = [1, 2].map((n) => statement('n'.repeat(62) + n, READ.text));
    for (const one of [READ, READ, ...long]) await db.query(one);
    expect(heard[0]).toBe(heard[1]);
    const [first, second] = (heard.slice(2) as Statement[]).map(({ name }) => name);
    expect(first).not.toBe(second);
    for (const name of [first, second]) expect(name.length).toBeLessThanOrEqual(63);
  });
});
