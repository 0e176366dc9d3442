import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import type { ContextName } from '#platform/config';
import { activity } from '#platform/system';
import type { MessageEndpoint } from './message-endpoint';
import { backoff } from '../inbox/backoff';
import { LowMark } from './low-mark';
import { NOTHING_SENT, markSentAndReadNext, takeFence } from './outbox.store';
import { ReadDelay } from './read-delay';
import { OLDEST_SUBSCRIPTIONS_MS, Receivers, type Delivered } from './receivers';
import type { RelayStatus } from './relays';
import type { Transport } from './transport';

const BATCH = 200;
const POLL_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;

export const relayLeadName = (context: ContextName) => `relay ${context}`;

const NOTHING_DELIVERED: Delivered = { ...NOTHING_SENT, readAt: Infinity };

/**
 * Delivers one outbox to all subscribers, in the order of sending, until this process loses the lead. A leader that was
 * paused can deliver a batch a second time, but inboxes recognise messages by their ids. After an error, the relay
 * starts again without any remembered state.
 */
export async function relay(
  endpoint: MessageEndpoint,
  transport: Transport,
  status: RelayStatus,
  lost: AbortSignal,
  log: Logger,
): Promise<void> {
  for (let failures = 0; !lost.aborted;) {
    try {
      await relayUntilFailure(endpoint, transport, status, lost, log, () => (failures = 0));
    } catch (error) {
      failures++;
      if (failures === 1) log.warn(`messages of ${endpoint.context} could not be sent: ${(error as Error).message}`);
      await pause(backoff(failures, Math.random(), LONGEST_PAUSE_MS), undefined, { signal: lost }).catch(
        () => undefined,
      );
    }
  }
}

async function relayUntilFailure(
  { context, db, relay: newMessages }: MessageEndpoint,
  transport: Transport,
  status: RelayStatus,
  lost: AbortSignal,
  log: Logger,
  onSuccess: () => void,
): Promise<void> {
  const token = await takeFence(db);
  const mark = (status.mark = new LowMark(db));
  const receivers = await Receivers.load({ db, transport, token, away: status.away, log });
  const delay = new ReadDelay();
  let sent = NOTHING_DELIVERED;
  try {
    while (!lost.aborted) {
      await delay.wait(lost);
      const stale = performance.now() - sent.readAt > OLDEST_SUBSCRIPTIONS_MS;
      if (stale) sent = NOTHING_DELIVERED; // the messages are delivered again, because there may be a new subscription
      const batch = await markSentAndReadNext(db, { limit: BATCH, token, above: mark.value, sent });
      if (sent.rows.length > 0) crashPoint('relay.marked', context);
      receivers.recordSent(sent);
      sent = NOTHING_DELIVERED;
      onSuccess();
      mark.recordRead(batch.at(0)?.seq, batch.at(-1)?.seq);
      await mark.updateSafe();
      if (batch.length === 0) {
        await newMessages.wait(activity.checkAfter(POLL_MS), lost);
        continue;
      }
      if (lost.aborted) return;
      delay.recordRead(batch.length);
      crashPoint('relay.read', context);
      sent = await receivers.deliver(batch, stale);
      crashPoint('relay.delivered', context);
    }
    // If this statement fails, the next leader delivers these messages again.
    if (sent.rows.length > 0) await markSentAndReadNext(db, { limit: 0, token, above: 0, sent }).catch(() => undefined);
  } finally {
    await receivers.stop();
  }
}
