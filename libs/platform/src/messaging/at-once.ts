import { crashPoint } from '#crash-points';
import { statement, type Statement } from '#platform/database';
import type { Message } from '#kernel';
import { ClaimLost } from './errors';
import { inboxDone } from './inbox.store';
import type { Outbox } from './outbox';
import { outboxInsert, outboxValue } from './outbox.store';

const worked = 'exists (select from work)';
const DIVISION_BY_ZERO = '22012';

/** One piece of work in the forms that it may be done in: each is a statement of its own. */
export interface AtOnce {
  readonly plain: Statement;
  readonly sending: Statement;
  readonly counting: Statement;
  readonly countingAndSending: Statement;
}

/**
 * Work that is one statement, given as what follows `with`: its last part is called `work`, and returns no row where
 * there was nothing to do. `parameters` is how many it has.
 */
export function atOnce(name: string, work: string, parameters: number): AtOnce {
  const [first, second, third] = [1, 2, 3].map((more) => `$${parameters + more}`);
  const done = (seq: string, by: string) =>
    `done as (${inboxDone(seq, by).replace('returning', `and ${worked} returning`)})`;
  // Where the claim was lost nothing is counted, and dividing by that undoes the whole statement.
  const counted = 'select work.*, 1 / (select count(*) from done) as counted from work';
  return {
    plain: statement(name, `with ${work} select * from work`),
    sending: statement(`${name}-sent`, `with ${work}, sent as (${outboxInsert(first, worked)}) select * from work`),
    counting: statement(`${name}-done`, `with ${work}, ${done(first, second)} ${counted}`),
    countingAndSending: statement(
      `${name}-done-sent`,
      `with ${work}, ${done(first, second)}, sent as (${outboxInsert(third, worked)}) ${counted}`,
    ),
  };
}

/**
 * Does the work and sends the messages that follow from it, or neither where it came to nothing (no row). In a handler
 * that has sent nothing to the database, this is all of it: the message is counted in the same statement. In a
 * transaction that has begun it joins in; elsewhere it is one by itself.
 */
export async function doAtOnce<Row extends object>(
  outbox: Outbox,
  { plain, sending, counting, countingAndSending }: AtOnce,
  values: readonly unknown[],
  messages: readonly Message[] = [],
): Promise<Row[]> {
  const { db } = outbox;
  const unit = outbox.unit();
  if (db.begun() || (!unit && db.inTransaction()) || unit?.hasGathered) {
    const rows = await db.query<Row>(plain, [...values]);
    if (rows.length > 0 && messages.length > 0) outbox.send(messages);
    return rows;
  }
  const sent = messages.length > 0 ? [outboxValue(outbox.envelopes(messages))] : [];
  const [sql, claim] = unit
    ? [sent.length > 0 ? countingAndSending : counting, [unit.claimed.seq, unit.claimed.claimedBy]]
    : [sent.length > 0 ? sending : plain, []];
  if (unit) crashPoint('inbox.before-settle', unit.handler, unit.envelope.type);
  const rows = await db
    .outside(() => db.query<Row>(sql, [...values, ...claim, ...sent]))
    .catch((error: Error & { code?: string }) => {
      throw unit && error.code === DIVISION_BY_ZERO ? new ClaimLost(unit.handler, unit.claimed.seq) : error;
    });
  if (rows.length === 0) return rows;
  unit?.settled();
  if (sent.length > 0) outbox.wake();
  return rows;
}
