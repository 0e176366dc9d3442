import { crashPoint } from '#crash-points';
import { SqlState, statement, type Statement } from '#database';
import type { Message } from '#kernel';
import { ClaimLost } from '../messages/errors';
import { markDoneSql } from '../inbox/inbox.store';
import type { Outbox } from './outbox';
import {
  HANDED,
  sendingStatement,
  sentSql,
  type HandOverResult,
  type SendingStatement,
} from '../hand-over/hand-over.store';

const HAS_WORKED = 'exists (select from work)';

/**
 * The forms of one statement: alone, with messages to send, with an update that marks the handled message as done, or
 * with both.
 */
export interface SingleStatement {
  readonly plain: Statement;
  readonly withMessages: SendingStatement;
  readonly withDone: Statement;
  readonly withDoneAndMessages: SendingStatement;
}

/**
 * Makes all forms of a statement. `work` is the SQL after `with`. Its last part must be named `work`, and must return
 * no row if nothing was done. `parameters` is the number of parameters of `work`.
 */
export function singleStatement(name: string, work: string, parameters: number): SingleStatement {
  const [first, second, third, fourth] = [1, 2, 3, 4].map((more) => `$${parameters + more}`);
  const done = () =>
    `done as (${markDoneSql(first, second, third).replace('returning', `and ${HAS_WORKED} returning`)})`;
  // If the claim was lost, no message is marked as done. Then the division by zero rolls back the whole statement.
  const counted = '1 / (select count(*) from done) as counted';
  return {
    plain: statement(name, `with ${work} select * from work`),
    withMessages: sendingStatement(
      name,
      (way) => `with ${work}, ${sentSql(way, first, HAS_WORKED)} select work.*, ${HANDED} from work`,
    ),
    withDone: statement(`${name}-done`, `with ${work}, ${done()} select work.*, ${counted} from work`),
    withDoneAndMessages: sendingStatement(
      `${name}-done`,
      (way) =>
        `with ${work}, ${done()}, ${sentSql(way, fourth, HAS_WORKED)} select work.*, ${counted}, ${HANDED} from work`,
    ),
  };
}

/**
 * Does the work and sends its messages. If the work returns no row, no message is sent. In a handler that has sent no
 * statement yet, the same statement marks the handled message as done. In an open transaction, the work is a part of
 * that transaction. Elsewhere, the statement is its own transaction.
 */
export async function runSingleStatement<Row extends object>(
  outbox: Outbox,
  { plain, withMessages, withDone, withDoneAndMessages }: SingleStatement,
  values: readonly unknown[],
  messages: readonly Message[] = [],
): Promise<Row[]> {
  const { db } = outbox;
  const unit = outbox.unit();
  if (db.hasSentBegin() || (!unit && db.inTransaction()) || unit?.hasCollected) {
    const rows = await db.query<Row>(plain, [...values]);
    if (rows.length > 0 && messages.length > 0) outbox.send(messages);
    return rows;
  }
  const sending = messages.length > 0 ? outbox.sending(outbox.envelopes(messages)) : undefined;
  const request = sending ? [sending.value] : [];
  const [sql, claim] = unit
    ? [sending ? withDoneAndMessages[sending.way] : withDone, unit.claim]
    : [sending ? withMessages[sending.way] : plain, []];
  if (unit) crashPoint('inbox.before-settle', unit.handler, unit.envelope.type);
  const rows = await db
    .outsideTransaction(() => db.query<Row & { handed?: HandOverResult }>(sql, [...values, ...claim, ...request]))
    .catch((error: Error & { code?: string }) => {
      throw unit && error.code === SqlState.divisionByZero ? new ClaimLost(unit.handler, unit.claimed.seq) : error;
    });
  if (rows.length === 0) return rows;
  unit?.recordDone();
  sending?.sent(rows[0].handed);
  return rows;
}
