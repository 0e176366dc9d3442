import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Leadership } from '#platform/leadership';
import type { Branch } from './branch';
import { Branches } from './branches';
import { inboxFigures, wakeStranded } from './inbox.store';
import { deadLetters, inboxLagSeconds, inboxWaiting, outboxAgeSeconds } from './metrics';
import { outboxAge } from './outbox.store';
import { forgetIds, pruneInbox, pruneOutbox, vacuum } from './pruning.store';
import { RELAY } from './relay';

const MINUTE = 60_000;
const BATCH = 1_000;

/** Keeps the queues short and their figures fresh; each by the instance that leads the context's relay. */
@Injectable()
export class QueueCare {
  constructor(
    private readonly branches: Branches,
    private readonly leadership: Leadership,
  ) {}

  @Interval('messaging figures', 5_000)
  measure(): Promise<void> {
    return this.each(async ({ context, db }) => {
      const { lag, waiting, dead } = await inboxFigures(db);
      outboxAgeSeconds.set({ context }, await outboxAge(db));
      inboxLagSeconds.set({ context }, lag);
      inboxWaiting.set({ context }, waiting);
      deadLetters.set({ context }, dead);
    });
  }

  @Interval('messaging stranded', 5_000)
  wake(): Promise<void> {
    return this.each(async ({ db, handlers, inbox }) => {
      if ((await wakeStranded(db, handlers.lanes)) > 0) inbox.raise();
    });
  }

  @Interval('messaging vacuum', 5 * MINUTE)
  sweepUp(): Promise<void> {
    return this.each(({ db }) => vacuum(db));
  }

  @Interval('messaging pruning', 10 * MINUTE)
  prune(): Promise<void> {
    return this.each(async ({ db }) => {
      for (const step of [pruneOutbox, pruneInbox, forgetIds]) while ((await step(db, BATCH)) === BATCH);
    });
  }

  private async each(care: (branch: Branch) => Promise<unknown>): Promise<void> {
    for (const branch of this.branches.all)
      if (this.leadership.leads(RELAY(branch.context))) await care(branch).catch(() => undefined); // the next round tries again
  }
}
