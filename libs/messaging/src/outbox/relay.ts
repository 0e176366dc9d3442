import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import type { ContextName } from '#platform/config';
import type { Branch } from './branch';
import { backoff } from '../inbox/backoff';
import { LowMark } from './low-mark';
import { NOTHING_SENT, nextUnsent, takeFence } from './outbox.store';
import { Pace } from './pace';
import { OLDEST_SUBSCRIPTIONS_MS, Receivers, type Delivered } from './receivers';
import type { RelayStatus } from './relays';
import type { Transport } from './transport';

const BATCH = 200;
const POLL_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;

export const RELAY = (context: ContextName) => `relay ${context}`;

const NOTHING: Delivered = { ...NOTHING_SENT, readAt: Infinity };

/**
 * Delivers one outbox to all subscribers, in the order of sending, until this process loses the lead. A leader that was
 * stopped and continues may deliver a batch again, but inboxes recognise messages by their ids. After an error,
 * everything that was remembered is read again.
 */
export async function relay(
  branch: Branch,
  transport: Transport,
  status: RelayStatus,
  lost: AbortSignal,
  log: Logger,
): Promise<void> {
  for (let failures = 0; !lost.aborted;) {
    try {
      await untilFailure(branch, transport, status, lost, log, () => (failures = 0));
    } catch (error) {
      failures++;
      if (failures === 1) log.warn(`messages of ${branch.context} could not be sent: ${(error as Error).message}`);
      await pause(backoff(failures, Math.random(), LONGEST_PAUSE_MS), undefined, { signal: lost }).catch(
        () => undefined,
      );
    }
  }
}

async function untilFailure(
  { context, db, relay: bell }: Branch,
  transport: Transport,
  status: RelayStatus,
  lost: AbortSignal,
  log: Logger,
  well: () => void,
): Promise<void> {
  const token = await takeFence(db);
  const mark = (status.mark = new LowMark(db));
  const receivers = await Receivers.of({ db, transport, token, away: status.away, log });
  const pace = new Pace();
  let sent = NOTHING;
  try {
    while (!lost.aborted) {
      await pace.wait(lost);
      const stale = performance.now() - sent.readAt > OLDEST_SUBSCRIPTIONS_MS;
      if (stale) sent = NOTHING; // deliver again: there may be a new subscription
      const batch = await nextUnsent(db, { limit: BATCH, token, above: mark.value, sent });
      if (sent.rows.length > 0) crashPoint('relay.marked', context);
      receivers.marked(sent);
      sent = NOTHING;
      well();
      mark.read(batch.at(0)?.seq, batch.at(-1)?.seq);
      await mark.look();
      if (batch.length === 0) {
        await bell.wait(POLL_MS, lost);
        continue;
      }
      if (lost.aborted) return;
      pace.took(batch.length);
      crashPoint('relay.read', context);
      sent = await receivers.deliver(batch, stale);
      crashPoint('relay.delivered', context);
    }
    // If this fails, the next leader delivers them again.
    if (sent.rows.length > 0) await nextUnsent(db, { limit: 0, token, above: 0, sent }).catch(() => undefined);
  } finally {
    await receivers.stop();
  }
}
