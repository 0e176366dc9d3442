import { crashPoint } from '#crash-points';
import type { Statement } from '#database';
import type { MessageEndpoint } from '../outbox/message-endpoint';
import { ClaimLost } from '../messages/errors';
import { DONE, DONE_AND_SENT, DONE_SENT_AND_TIMED } from './inbox.store';
import type { HandOverResult } from '../hand-over/hand-over.store';
import { isAnyDueSoon } from '../timers/timer';
import { timersToCancel, timersToSet } from '../timers/timers.store';
import type { UnitOfWork } from './unit-of-work';

/**
 * Sends the last statement of the unit. The statement writes the collected messages and timers, and marks the handled
 * message as done. If the claim was lost, the statement writes nothing.
 */
export async function settleUnit(
  { db, outbox, timers: clock, done }: MessageEndpoint,
  unit: UnitOfWork,
): Promise<void> {
  crashPoint('inbox.before-settle', unit.handler, unit.envelope.type);
  if (!unit.hasCollected && !db.hasSentBegin()) {
    if (!(await done.add(unit.claimed))) throw new ClaimLost(unit.handler, unit.claimed.seq);
    return unit.recordDone();
  }
  const { messages, timers } = unit.takeCollected();
  const claim = unit.claim;
  const sending = outbox!.sending(messages);
  const [sql, values]: [Statement, unknown[]] =
    timers.length > 0
      ? [DONE_SENT_AND_TIMED[sending.way], [...claim, sending.value, timersToSet(timers), timersToCancel(timers)]]
      : messages.length > 0
        ? [DONE_AND_SENT[sending.way], [...claim, sending.value]]
        : [DONE, claim];
  let handed: HandOverResult | null | undefined;
  await db.queryLast(sql, values, ({ rows: [row] }) => {
    if (!row) throw new ClaimLost(unit.handler, unit.claimed.seq);
    handed = (row as { handed?: HandOverResult | null }).handed;
  });
  unit.recordDone();
  if (db.hasSentBegin()) crashPoint('inbox.before-commit', unit.handler, unit.envelope.type);
  if (messages.length > 0) db.afterCommit(() => sending.sent(handed));
  if (isAnyDueSoon(timers)) db.afterCommit(() => clock.raise());
}
