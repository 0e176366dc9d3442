import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { LessOftenWhenIdle, OneAtATime } from '#platform/system';
import { ScheduledVacuum } from '#database';
import { Leadership } from '#database/leadership';
import type { MessageEndpoint } from '../outbox/message-endpoint';
import { MessageEndpoints } from '../outbox/message-endpoints';
import { isAnyHeld, holdDead, closeRepeatedRequests, wakeStranded } from './held.store';
import { readInboxFigures } from './inbox-figures.store';
import {
  deadLetters,
  failingSeconds,
  heldMessages,
  inboxLagSeconds,
  inboxWaiting,
  oldestClaimSeconds,
} from './metrics';
import { deleteOldMessages, emptyOldMessages, shortLivedTables } from './pruning.store';
import { relayLeadName } from '../outbox/relay';

const MINUTE = 60_000;
const BATCH = 1_000;

/** The gauges that only the instance that leads the context's relay sets. */
const leaderGauges = [inboxLagSeconds, inboxWaiting, deadLetters, heldMessages, oldestClaimSeconds, failingSeconds];

/**
 * Removes old messages from the inboxes, vacuums the queue tables and updates their metrics. Only the instance that
 * leads the context's relay does this.
 */
@Injectable()
export class InboxMaintenance {
  private readonly scheduled = new Map<string, ScheduledVacuum>();

  constructor(
    private readonly endpoints: MessageEndpoints,
    private readonly leadership: Leadership,
  ) {}

  @Interval('messaging figures', 5_000)
  @LessOftenWhenIdle()
  @OneAtATime()
  measure(): Promise<void> {
    for (const { context } of this.endpoints.all)
      if (!this.leadership.leads(relayLeadName(context))) for (const gauge of leaderGauges) gauge.remove({ context });
    return this.forEachLed(async ({ context, db, handlers, marks }) => {
      const { lag, waiting, held, dead, oldestClaim, failing } = await readInboxFigures(
        db,
        marks.marksOf([...handlers.lanes, ...marks.otherLanes]),
      );
      inboxLagSeconds.set({ context }, lag);
      inboxWaiting.set({ context }, waiting);
      deadLetters.set({ context }, dead);
      heldMessages.set({ context }, held);
      oldestClaimSeconds.set({ context }, oldestClaim);
      failingSeconds.set({ context }, failing);
    });
  }

  @Interval('messaging stranded', 2_000)
  @LessOftenWhenIdle()
  @OneAtATime()
  wakeStranded(): Promise<void> {
    return this.forEachLed(async ({ db, inbox }) => {
      if (!(await isAnyHeld(db))) return;
      await holdDead(db);
      await closeRepeatedRequests(db);
      if ((await wakeStranded(db)) > 0) inbox.raise();
    });
  }

  @Interval('messaging vacuum', 5 * MINUTE)
  @OneAtATime()
  vacuum(): Promise<void> {
    return this.forEachLed(({ context, db }) => {
      const scheduledVacuum = this.scheduled.get(context) ?? new ScheduledVacuum(db, 'queue', shortLivedTables);
      this.scheduled.set(context, scheduledVacuum);
      return scheduledVacuum.run();
    });
  }

  @Interval('messaging pruning', 10 * MINUTE)
  @OneAtATime()
  prune(): Promise<void> {
    return this.forEachLed(async ({ db }) => {
      for (const step of [emptyOldMessages, deleteOldMessages]) while ((await step(db, BATCH)) === BATCH);
    });
  }

  private async forEachLed(work: (endpoint: MessageEndpoint) => Promise<unknown>): Promise<void> {
    for (const endpoint of this.endpoints.all)
      // after a failure, the next round tries again
      if (this.leadership.leads(relayLeadName(endpoint.context))) await work(endpoint).catch(() => undefined);
  }
}
