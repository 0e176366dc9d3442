import { statement, type Database } from '#database';

/** SQL: the last number that the sequence gave out. 0 if it was never used, although its `last_value` is 1 then. */
export const lastDrawnSql = (sequence: string) =>
  `select case when is_called then last_value else 0 end as last from ${sequence}`;

const LAST_DRAWN = {
  inbox: statement('inbox-last-drawn', lastDrawnSql('inbox_seq_seq')),
  outbox: statement('outbox-last-drawn', lastDrawnSql('outbox_seq_seq')),
};

/**
 * The transactions that are perhaps inserting rows. Each of them locks the table before it gets a number, and keeps the
 * lock until it ends.
 */
const WRITERS = statement(
  'queue-writers',
  `select array(
     select distinct virtualtransaction from pg_locks
     where locktype = 'relation' and relation = to_regclass($1) and granted
       and database = (select oid from pg_database where datname = current_database())
       and mode in ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')) as writers`,
);

/**
 * The number up to which no row of a queue can become visible any more. Numbers are given out before the commit, so a
 * smaller number can become visible after a larger one. Only transactions that write this queue delay the horizon.
 */
export class Horizon {
  private safe = 0;
  /** The candidate: the next safe number, and the transactions that must end before it is safe. */
  private next?: { readonly through: number; readonly writers: readonly string[] };

  constructor(private readonly table: 'inbox' | 'outbox') {}

  /** Returns the number up to which no unseen row can appear. Call it about once a second, outside transactions. */
  async update(db: Database): Promise<number> {
    if (await this.checkCandidate(db)) return this.safe;
    const [{ last }] = await db.query<{ last: number }>(LAST_DRAWN[this.table]);
    return this.proposeCandidate(db, last);
  }

  /** Checks whether the candidate has become safe. False if there is no candidate. */
  async checkCandidate(db: Database): Promise<boolean> {
    if (!this.next) return false;
    const stillOpen = new Set(await this.readWriters(db));
    this.setCandidate({ ...this.next, writers: this.next.writers.filter((one) => stillOpen.has(one)) });
    return true;
  }

  /** If there is no candidate, makes the last number of the sequence the candidate. Returns the safe number. */
  async proposeCandidate(db: Database, last: number): Promise<number> {
    if (last < this.safe) this.reset(); // the sequence went back, because of a restored backup or a crash
    if (!this.next && last > this.safe) this.setCandidate({ through: last, writers: await this.readWriters(db) });
    return this.safe;
  }

  get value(): number {
    return this.safe;
  }

  /** Call this after any error of the database, because perhaps its sequence has restarted. */
  reset(): void {
    this.safe = 0;
    this.next = undefined;
  }

  private setCandidate(next: { readonly through: number; readonly writers: readonly string[] }): void {
    const open = next.writers.length > 0;
    if (!open) this.safe = next.through;
    this.next = open ? next : undefined;
  }

  private async readWriters(db: Database): Promise<string[]> {
    return (await db.query<{ writers: string[] }>(WRITERS, [this.table]))[0].writers;
  }
}
