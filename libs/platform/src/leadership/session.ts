import type { Client, QueryConfig, QueryResultRow } from 'pg';

/** Advisory locks take two numbers: what kind, and which. 'SHOP' in ASCII, so that no stranger has them too. */
const LEAD = 0x53484f50;
const INSTANCE = LEAD + 1;

export const CHANNEL = 'shop_words';

/** The statements of the leadership connection. */
export class Session {
  private tail: Promise<unknown> = Promise.resolve();

  constructor(private readonly client: Client) {}

  async begin(number: number): Promise<boolean> {
    const [row] = await this.query<{ got: boolean }>({
      text: 'select pg_try_advisory_lock($1, $2) as got',
      values: [INSTANCE, number],
    });
    if (!row.got) return false;
    await this.query({ text: `listen ${CHANNEL}` });
    return true;
  }

  /** The beat: keeps the session from its idle time-out, tries for the leads that are wanted, counts the living. */
  async beat(wanted: readonly string[]): Promise<{ got: string[]; living: number[] }> {
    const [row] = await this.query<{ got: string[]; living: number[] }>({
      name: 'beat',
      text: `select
        array(select name from unnest($1::text[]) as name where pg_try_advisory_lock(${LEAD}, hashtext(name))) as got,
        array(${LIVING}) as living`,
      values: [wanted],
    });
    return row;
  }

  async living(): Promise<number[]> {
    const [row] = await this.query<{ living: number[] }>({
      name: 'living',
      text: `select array(${LIVING}) as living`,
    });
    return row.living;
  }

  async giveBack(name: string): Promise<void> {
    await this.query({ text: `select pg_advisory_unlock(${LEAD}, hashtext($1))`, values: [name] });
  }

  async say(words: readonly string[]): Promise<void> {
    await this.query({
      name: 'say',
      text: `select pg_notify('${CHANNEL}', word) from unnest($1::text[]) as word`,
      values: [words],
    });
  }

  /** One after the other: a connection has one statement under way. */
  private query<Row extends QueryResultRow>(query: QueryConfig): Promise<Row[]> {
    const turn = this.tail.then(async () => (await this.client.query<Row>(query)).rows);
    this.tail = turn.catch(() => undefined);
    return turn;
  }
}

const LIVING = `select objid::int from pg_locks
  where locktype = 'advisory' and classid = ${INSTANCE} and granted
    and database = (select oid from pg_database where datname = current_database())`;
