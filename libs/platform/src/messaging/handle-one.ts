import type { Logger } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import { redactText } from '#platform/observability';
import { verdict } from './backoff';
import type { Branch } from './branch';
import { classOf, followUp, type Envelope } from './envelope';
import { ClaimLost, Undecodable } from './errors';
import { bury, putOff, type InboxRow } from './inbox.store';
import { handled } from './metrics';
import { settle } from './settle';
import { withTrace } from './trace';
import { inUnit, Unit } from './unit';

export type Outcome = 'done' | 'dead' | { readonly afterMs: number };

const AFTER_LOSS_MS = 1_000;

/** Handles one message in one transaction, which opens only if the handler needs it, and counts the message in it. */
export async function handleOne(
  branch: Branch,
  row: InboxRow,
  instance: number,
  behind: number[],
  log: Logger,
): Promise<Outcome> {
  const claimed = { seq: row.seq, claimedBy: instance };
  try {
    await handle(branch, row, instance);
    handled(branch.context, row.handler, 'done');
    return 'done';
  } catch (error) {
    if (error instanceof ClaimLost) {
      log.warn(error.message);
      return { afterMs: AFTER_LOSS_MS };
    }
    const judged = verdict(error, row.attempts + 1, Math.random());
    const reason = redactText(String((error as Error)?.stack ?? error).slice(0, 4_000));
    handled(branch.context, row.handler, judged.dead ? 'dead' : 'retried');
    try {
      if (judged.dead) await bury(branch.db, claimed, behind, reason);
      else await putOff(branch.db, claimed, behind, judged.afterMs, reason);
    } catch {
      return { afterMs: AFTER_LOSS_MS }; // still claimed, no longer held: the next sweep frees it
    }
    if (judged.dead) log.error(`${row.type} ${row.id} is a dead letter of ${row.handler} (key ${row.key})`, reason);
    return judged.dead ? 'dead' : { afterMs: judged.afterMs };
  }
}

async function handle(branch: Branch, row: InboxRow, instance: number): Promise<void> {
  const { context, db, handlers, registry } = branch;
  const handler = handlers.named(row.handler);
  if (!handler) throw new Undecodable(`${context} has no handler called ${row.handler}`);
  const message = registry.decode(row.type, row.body);
  // What a handler keeps of it is of one piece: an older type's body has become the newer one's.
  const envelope: Envelope = {
    id: row.id,
    type: classOf(message).type,
    key: row.key,
    body: message.body,
    meta: row.meta,
  };
  crashPoint('inbox.taken', row.handler, row.type);
  await withTrace(followUp(envelope), () =>
    db.transaction(async () => {
      const unit = new Unit(context, row.handler, envelope, { seq: row.seq, claimedBy: instance }, row.attempts);
      await inUnit(unit, () => handler.handle(message));
      if (!unit.isSettled) await settle(branch, unit);
    }),
  );
  crashPoint('inbox.settled', row.handler, row.type);
}
