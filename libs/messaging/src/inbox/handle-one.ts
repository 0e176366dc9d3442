import type { Logger } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import { Deadline, isEnvironmental, isLocked, withoutLockWait } from '#database';
import { redactText } from '#platform/observability';
import { decideRetry } from './backoff';
import type { Claimant } from '../hand-over/lease';
import type { MessageEndpoint } from '../outbox/message-endpoint';
import type { InboxRow } from './claims.store';
import { classOf, traceAfter, type Envelope } from '../messages/envelope';
import { ClaimLost, HandlerOverdue, NotForThisBuild, Undecodable } from '../messages/errors';
import type { Handler } from '../messages/handlers';
import { makeDead, postpone } from './held.store';
import { countLostClaim, countHandled, countOverdue } from './metrics';
import { settleUnit } from './settle';
import { withTrace } from '../messages/trace';
import { inUnit, UnitOfWork, type Claim } from './unit-of-work';

export interface Postponement {
  readonly afterMs: number;
  /** True if a row that the handler needed was locked. */
  readonly rowWasLocked?: boolean;
  /** True if another build must handle the message. */
  readonly isForOtherBuild?: boolean;
}

export type Outcome = 'done' | 'dead' | Postponement;

const RETRY_AFTER_LOSS_MS = 1_000;

/**
 * Handles one message, and marks it as done in the same transaction. The transaction begins only when the handler sends
 * a statement. `behind` are the numbers of the claimed messages that follow with the same key.
 */
export async function handleOne(
  endpoint: MessageEndpoint,
  row: InboxRow,
  claimant: Claimant,
  behind: number[],
  log: Logger,
): Promise<Outcome> {
  try {
    await handle(endpoint, row, claimant);
    countHandled(endpoint.context, row.handler, 'done');
    return 'done';
  } catch (error) {
    if (error instanceof ClaimLost) {
      log.warn(error.message);
      countLostClaim(endpoint.context);
      return { afterMs: RETRY_AFTER_LOSS_MS };
    }
    return recordFailure(endpoint, row, claimant, behind, error, log);
  }
}

async function recordFailure(
  endpoint: MessageEndpoint,
  row: InboxRow,
  claimant: Claimant,
  behind: number[],
  error: unknown,
  log: Logger,
): Promise<Outcome> {
  const claim = claimOf(row, claimant);
  const reason = redactText(String((error as Error)?.stack ?? error).slice(0, 4_000));
  try {
    if (error instanceof HandlerOverdue) countOverdue(endpoint.context, row.handler);
    const newest = !(error instanceof Undecodable) || (await endpoint.isNewest());
    const policy = endpoint.handlers.find(row.handler)!.retry;
    const decision = decideRetry(error, row, policy, newest, Math.random());
    countHandled(endpoint.context, row.handler, decision.dead ? 'dead' : decision.counted ? 'retried' : 'waiting');
    if (decision.dead) {
      await makeDead(endpoint.db, claim, behind, reason);
      log.error(`${row.type} ${row.id} is a dead letter of ${row.handler} (${describeRow(row)})`, reason);
      return 'dead';
    }
    if (row.attempts + row.waits === 0)
      log.warn(`${row.type} ${row.id} failed for ${row.handler} and is retried (${describeRow(row)}): ${reason}`);
    const rowWasLocked = isLocked(error);
    if (!rowWasLocked && isEnvironmental(error)) endpoint.stalled.add(row.handler, row.seq);
    const afterMs = rowWasLocked ? endpoint.probes.planRetry(row.seq, decision.afterMs) : decision.afterMs;
    await postpone(endpoint.db, claim, behind, { ...decision, afterMs, error: reason });
    return { afterMs, rowWasLocked, isForOtherBuild: error instanceof NotForThisBuild };
  } catch {
    return { afterMs: RETRY_AFTER_LOSS_MS }; // the row is still claimed in the table: the next sweep frees it
  }
}

const describeRow = ({ key, meta }: InboxRow): string =>
  [`key ${key}`, meta.requestId && `request ${meta.requestId}`, meta.traceparent && `trace ${meta.traceparent}`]
    .filter(Boolean)
    .join(', ');

/** A leased row can be claimed while it is handled. So `claimedBy` is read only when a statement is sent. */
const claimOf = ({ seq, id }: InboxRow, claimant: Claimant): Claim => ({
  seq,
  messageId: id,
  get claimedBy() {
    return claimant.number;
  },
  instance: claimant.instance,
});

async function handle(endpoint: MessageEndpoint, row: InboxRow, claimant: Claimant): Promise<void> {
  const { context, handlers, registry } = endpoint;
  const handler = handlers.find(row.handler);
  if (!handler) throw new Undecodable(`${context} has no handler called ${row.handler}`);
  const message = registry.decode(row.type, row.body);
  // The type and body are those of the decoded message, so that a handler never stores them in an older form.
  const envelope: Envelope = {
    id: row.id,
    type: classOf(message).type,
    key: row.key,
    body: message.body,
    meta: row.meta,
  };
  const claimed = claimOf(row, claimant);
  const unit = new UnitOfWork(context, row.handler, envelope, claimed, row.attempts);
  crashPoint('inbox.taken', row.handler, row.type);
  await runWithinLimit(handler, unit, (deadline) =>
    // If a row is locked, the message is postponed. Waiting would occupy a connection of this context.
    withoutLockWait(() =>
      withTrace(traceAfter(envelope), () =>
        endpoint.db.transaction(
          async () => {
            await inUnit(unit, () => handler.handle(message));
            if (!unit.isSettled) await settleUnit(endpoint, unit);
          },
          { deadline },
        ),
      ),
    ),
  );
  crashPoint('inbox.settled', row.handler, row.type);
}

/**
 * Aborts the transaction of a handler that exceeds its time limit. The handler perhaps continues, but it can write
 * nothing any more.
 */
async function runWithinLimit(
  { name, limitSeconds }: Handler,
  unit: UnitOfWork,
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
