import { crashPoint } from '#crash-points';
import { statement, type Database, type Statement } from '#database';
import { ClaimLost } from '../messages/errors';
import { currentUnit, type Claim } from '../inbox/unit-of-work';
import { Batcher } from './batcher';

/**
 * A statement that handles several messages. `columns` are the columns of a row, with their types. `work` is SQL that
 * writes the rows. In it, `from given join claim using (seq)` gives the rows whose messages are still claimed.
 */
export const groupedStatement = (name: string, columns: string, work: string): Statement =>
  statement(
    name,
    `with given as materialized (
     select * from jsonb_to_recordset($1::jsonb) as g(seq bigint, message_id uuid, by int, ${columns})),
   claim as materialized (
     select i.seq from (select * from given where seq > 0 and by >= 0 order by seq) g cross join lateral (
       select i.seq from inbox i
       where i.seq = g.seq and i.message_id = g.message_id and i.claimed_by = g.by and i.state || '' = 'waiting'
       offset 0 for update of i) i),
   done as (
     update inbox i set state = 'done', done_at = now(), claimed_by = 0, error = null from claim where i.seq = claim.seq),
   work as (${work})
   select seq from claim`,
  );

interface Waiting {
  readonly row: object;
  readonly claim: Claim;
}

/**
 * For a handler that only writes rows. Messages that come together are handled in one statement, so they do not wait
 * for each other's row locks. `sql` is a `groupedStatement`.
 */
export class GroupedHandling<Row extends object> {
  private readonly batcher: Batcher<Waiting, boolean>;

  constructor(
    private readonly db: Database,
    private readonly sql: Statement,
  ) {
    this.batcher = new Batcher((waiting) => this.writeTogether(waiting));
  }

  /** Writes the row, and marks the message that is being handled as done. Throws ClaimLost. */
  async write(row: Row): Promise<void> {
    const unit = currentUnit();
    if (!unit) throw new Error(`${this.sql.name} handles messages from the inbox only`);
    crashPoint('inbox.before-settle', unit.handler, unit.envelope.type);
    unit.throwIfExpired();
    if (!(await this.batcher.add({ row, claim: unit.claimed }))) throw new ClaimLost(unit.handler, unit.claimed.seq);
    unit.recordDone();
  }

  private async writeTogether(waiting: readonly Waiting[]): Promise<boolean[]> {
    const given = waiting.map(({ row, claim: { seq, messageId, claimedBy } }) => ({
      ...row,
      ...{ seq, message_id: messageId, by: claimedBy },
    }));
    const { db, sql } = this;
    const rows = await db.outsideTransaction(() => db.query<{ seq: number }>(sql, [JSON.stringify(given)]));
    const written = new Set(rows.map(({ seq }) => seq));
    return waiting.map(({ claim }) => written.has(claim.seq));
  }
}
