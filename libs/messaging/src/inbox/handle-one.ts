import type { Logger } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import { Deadline, isEnvironmental, isLocked, withoutLockWait } from '#database';
import { redactText } from '#platform/observability';
import { verdict } from './backoff';
import type { Branch } from '../outbox/branch';
import type { InboxRow } from './claims.store';
import { classOf, followUp, type Envelope } from '../messages/envelope';
import { ClaimLost, HandlerOverdue, NotForThisBuild, Undecodable } from '../messages/errors';
import type { Handler } from '../messages/handlers';
import { bury, putOff } from './held.store';
import { claimLost, handled, overdue as overdueAt } from './metrics';
import { settle } from './settle';
import { withTrace } from '../messages/trace';
import { inUnit, Unit } from './unit';

export interface PutOffFor {
  readonly afterMs: number;
  /** True when the handler met a locked row. */
  readonly locked?: boolean;
  /** True when another build has to handle the message. */
  readonly notOurs?: boolean;
}

export type Outcome = 'done' | 'dead' | PutOffFor;

const AFTER_LOSS_MS = 1_000;

/**
 * Handles one message in one transaction, and marks the message as done in it. The transaction opens only if the
 * handler needs it.
 */
export async function handleOne(
  branch: Branch,
  row: InboxRow,
  instance: number,
  behind: number[],
  log: Logger,
): Promise<Outcome> {
  try {
    await handle(branch, row, instance);
    handled(branch.context, row.handler, 'done');
    return 'done';
  } catch (error) {
    if (error instanceof ClaimLost) {
      log.warn(error.message);
      claimLost(branch.context);
      return { afterMs: AFTER_LOSS_MS };
    }
    return failed(branch, row, instance, behind, error, log);
  }
}

async function failed(
  branch: Branch,
  row: InboxRow,
  instance: number,
  behind: number[],
  error: unknown,
  log: Logger,
): Promise<Outcome> {
  const claim = { seq: row.seq, messageId: row.id, claimedBy: instance };
  const reason = redactText(String((error as Error)?.stack ?? error).slice(0, 4_000));
  try {
    if (error instanceof HandlerOverdue) overdueAt(branch.context, row.handler);
    const newest = !(error instanceof Undecodable) || (await branch.isNewest());
    const policy = branch.handlers.named(row.handler)!.retry;
    const judged = verdict(error, row, policy, newest, Math.random());
    handled(branch.context, row.handler, judged.dead ? 'dead' : judged.counted ? 'retried' : 'waiting');
    if (judged.dead) {
      await bury(branch.db, claim, behind, reason);
      log.error(`${row.type} ${row.id} is a dead letter of ${row.handler} (${whose(row)})`, reason);
      return 'dead';
    }
    if (row.attempts + row.waits === 0)
      log.warn(`${row.type} ${row.id} failed for ${row.handler} and is tried again (${whose(row)}): ${reason}`);
    const locked = isLocked(error);
    if (!locked && isEnvironmental(error)) branch.stalled.add(row.handler, row.seq);
    const afterMs = locked ? branch.probes.later(row.seq, judged.afterMs) : judged.afterMs;
    await putOff(branch.db, claim, behind, { ...judged, afterMs, error: reason });
    return { afterMs, locked, notOurs: error instanceof NotForThisBuild };
  } catch {
    return { afterMs: AFTER_LOSS_MS }; // claimed in the table, not listed here: the next sweep frees it
  }
}

const whose = ({ key, meta }: InboxRow): string =>
  [`key ${key}`, meta.requestId && `request ${meta.requestId}`, meta.traceparent && `trace ${meta.traceparent}`]
    .filter(Boolean)
    .join(', ');

async function handle(branch: Branch, row: InboxRow, instance: number): Promise<void> {
  const { context, handlers, registry } = branch;
  const handler = handlers.named(row.handler);
  if (!handler) throw new Undecodable(`${context} has no handler called ${row.handler}`);
  const message = registry.decode(row.type, row.body);
  // What a handler stores of the message has one form: the body of an older type is already converted to the newer
  // type.
  const envelope: Envelope = {
    id: row.id,
    type: classOf(message).type,
    key: row.key,
    body: message.body,
    meta: row.meta,
  };
  const claimed = { seq: row.seq, messageId: row.id, claimedBy: instance };
  const unit = new Unit(context, row.handler, envelope, claimed, row.attempts);
  crashPoint('inbox.taken', row.handler, row.type);
  await withinLimit(handler, unit, (deadline) =>
    // Locks are not waited for. A lock costs the message its turn, but it does not occupy a connection of this context.
    withoutLockWait(() =>
      withTrace(followUp(envelope), () =>
        branch.db.transaction(
          async () => {
            await inUnit(unit, () => handler.handle(message));
            if (!unit.isSettled) await settle(branch, unit);
          },
          { deadline },
        ),
      ),
    ),
  );
  crashPoint('inbox.settled', row.handler, row.type);
}

/**
 * Gives up a handler that exceeds its time limit. Its transaction is aborted, and nothing that it does afterwards is
 * written.
 */
async function withinLimit(
  { name, limitSeconds }: Handler,
  unit: Unit,
  work: (deadline: Deadline) => Promise<void>,
): Promise<void> {
  const deadline = new Deadline();
  const timer = setTimeout(() => {
    const late = new HandlerOverdue(name, limitSeconds);
    unit.expire(late);
    deadline.pass(late);
  }, limitSeconds * 1_000);
  await work(deadline).finally(() => clearTimeout(timer));
}
