import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import type { ContextName } from '#platform/config';
import type { Branch } from './branch';
import { backoff } from './backoff';
import { nextUnsent } from './outbox.store';
import { Pace } from './pace';
import type { Transport } from './transport';

const BATCH = 200;
const POLL_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;

export const RELAY = (context: ContextName) => `relay ${context}`;

/**
 * Brings one outbox to the transport, in the order of sending, until the lead is lost. A leader that was stopped and
 * wakes up may deliver a batch again: inboxes know messages by their ids.
 */
export async function relay(
  { context, db, relay: bell }: Branch,
  transport: Transport,
  lost: AbortSignal,
  log: Logger,
): Promise<void> {
  let sent: number[] = [];
  let failures = 0;
  const pace = new Pace();
  while (!lost.aborted) {
    try {
      await pace.wait(lost);
      const batch = await nextUnsent(db, BATCH, sent);
      if (sent.length > 0) crashPoint('relay.marked', context);
      sent = [];
      if (batch.length === 0) {
        await bell.wait(POLL_MS, lost);
        continue;
      }
      if (lost.aborted) return;
      pace.took(batch.length);
      crashPoint('relay.read', context);
      await transport.deliver(context, batch);
      crashPoint('relay.delivered', context);
      sent = batch.map(({ seq }) => seq);
      failures = 0;
    } catch (error) {
      failures++;
      if (failures === 1) log.warn(`messages of ${context} could not be delivered: ${(error as Error).message}`);
      await pause(backoff(failures, Math.random(), LONGEST_PAUSE_MS), undefined, { signal: lost }).catch(
        () => undefined,
      );
    }
  }
  if (sent.length > 0) await nextUnsent(db, 0, sent).catch(() => undefined); // else the next leader delivers them again
}
