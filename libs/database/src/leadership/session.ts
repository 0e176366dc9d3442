import type { Client, QueryConfig, QueryResultRow } from 'pg';

/**
 * An advisory lock has two numbers. The first one is the kind of the lock. It is 'SHOP' in ASCII, because other
 * programs are unlikely to use this number.
 */
const LEAD = 0x53484f50;
const INSTANCE = LEAD + 1;

export const CHANNEL = 'shop_words';

/** The statements of the leadership connection. */
export class Session {
  private tail: Promise<unknown> = Promise.resolve();

  constructor(private readonly client: Client) {}

  /**
   * Takes the lock of this number. `former` is the backend that held the lock for this process before. This backend is
   * terminated, because perhaps the server has not noticed yet that the connection is lost. Returns the new backend, or
   * undefined if the lock is not free.
   */
  async takeNumber(number: number, former = 0): Promise<number | undefined> {
    if (former > 0) await this.query({ text: END_FORMER, values: [number, former] });
    const [row] = await this.query<{ got: boolean; backend: number }>({
      text: 'select pg_try_advisory_lock($1, $2) as got, pg_backend_pid() as backend',
      values: [INSTANCE, number],
    });
    if (!row.got) return undefined;
    await this.query({ text: `listen ${CHANNEL}` });
    return row.backend;
  }

  /**
   * Keeps the session alive and tries to take the wanted leads. Returns the living instances and the server's time in
   * ms.
   */
  async beat(wanted: readonly string[]): Promise<{ got: string[]; living: number[]; now: number }> {
    const [row] = await this.query<{ got: string[]; living: number[]; now: number }>({
      name: 'beat',
      text: `select
        array(select name from unnest($1::text[]) as name where pg_try_advisory_lock(${LEAD}, hashtext(name))) as got,
        array(${LIVING_INSTANCES}) as living,
        extract(epoch from clock_timestamp())::float8 * 1000 as now`,
      values: [wanted],
    });
    return row;
  }

  async living(): Promise<number[]> {
    const [row] = await this.query<{ living: number[] }>({
      name: 'living',
      text: `select array(${LIVING_INSTANCES}) as living`,
    });
    return row.living;
  }

  async releaseLead(name: string): Promise<void> {
    await this.query({ text: `select pg_advisory_unlock(${LEAD}, hashtext($1))`, values: [name] });
  }

  async notify(notifications: readonly string[]): Promise<void> {
    await this.query({
      name: 'say',
      text: `select pg_notify('${CHANNEL}', word) from unnest($1::text[]) as word`,
      values: [notifications],
    });
  }

  /** Queries run one after the other, because a connection runs one statement at a time. */
  private query<Row extends QueryResultRow>(query: QueryConfig): Promise<Row[]> {
    const turn = this.tail.then(async () => (await this.client.query<Row>(query)).rows);
    this.tail = turn.catch(() => undefined);
    return turn;
  }
}

const LIVING_INSTANCES = `select objid::int from pg_locks
  where locktype = 'advisory' and classid = ${INSTANCE} and granted
    and database = (select oid from pg_database where datname = current_database())`;

/** Terminates the backend only if it still holds the lock of this number. */
const END_FORMER = `select pg_terminate_backend(pid) from (${LIVING_INSTANCES.replace('objid::int', 'pid, objid::int as number')}) l
  where number = $1 and pid = $2`;
