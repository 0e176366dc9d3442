import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { LessOftenWhenIdle, OneAtATime } from '#platform/system';
import type { ContextName } from '#platform/config';
import { Leadership } from '#database/leadership';
import type { MessageEndpoint } from './message-endpoint';
import { MessageEndpoints } from './message-endpoints';
import { outboxAgeSeconds, outboxOwed, outboxOwedAgeSeconds } from '../inbox/metrics';
import { readOutboxAge } from './outbox.store';
import { readOwedFigures, pruneOutbox, type OwedFigures } from './owed.store';
import { relayLeadName } from './relay';
import { Relays } from './relays';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const BATCH = 1_000;
const BEGINNING = '-infinity';

/**
 * Removes old messages from the outboxes and updates their metrics. Only the instance that leads the context's relay
 * does this.
 */
@Injectable()
export class OutboxMaintenance {
  private prunedUpTo = new Map<ContextName, string>();
  private readonly shown = new Map<ContextName, readonly ContextName[]>();
  private roundStartedAt = performance.now();

  constructor(
    private readonly endpoints: MessageEndpoints,
    private readonly leadership: Leadership,
    private readonly relays: Relays,
  ) {}

  @Interval('outbox figures', 5_000)
  @LessOftenWhenIdle()
  @OneAtATime()
  measure(): Promise<void> {
    for (const { context } of this.endpoints.all)
      if (!this.leadership.leads(relayLeadName(context))) {
        outboxAgeSeconds.remove({ context });
        this.removeMetrics(context);
      }
    return this.forEachLed(async ({ context, db }) => {
      const { mark, away } = this.relays.of(context);
      outboxAgeSeconds.set({ context }, await readOutboxAge(db, mark?.value ?? 0));
      this.showOwed(context, away.size > 0 ? await readOwedFigures(db) : []);
    });
  }

  private removeMetrics(context: ContextName): void {
    for (const receiver of this.shown.get(context) ?? []) {
      outboxOwed.remove({ context, receiver });
      outboxOwedAgeSeconds.remove({ context, receiver });
    }
    this.shown.delete(context);
  }

  private showOwed(context: ContextName, owed: readonly OwedFigures[]): void {
    for (const { receiver, count, age } of owed) {
      outboxOwed.set({ context, receiver }, count);
      outboxOwedAgeSeconds.set({ context, receiver }, age);
    }
    const receivers = owed.map(({ receiver }) => receiver);
    for (const receiver of this.shown.get(context) ?? [])
      if (!receivers.includes(receiver)) {
        outboxOwed.set({ context, receiver }, 0);
        outboxOwedAgeSeconds.set({ context, receiver }, 0);
      }
    this.shown.set(context, receivers);
  }

  /**
   * Removes old messages. Once a day it starts from the beginning, because messages that were still owed were skipped.
   */
  @Interval('outbox pruning', 10 * MINUTE)
  @OneAtATime()
  prune(): Promise<void> {
    if (performance.now() - this.roundStartedAt > DAY) {
      this.prunedUpTo = new Map();
      this.roundStartedAt = performance.now();
    }
    return this.forEachLed(async ({ context, db }) => {
      for (let more = true; more;) {
        const { count, last } = await pruneOutbox(db, BATCH, this.prunedUpTo.get(context) ?? BEGINNING);
        this.prunedUpTo.set(context, last);
        more = count === BATCH;
      }
    });
  }

  private async forEachLed(work: (endpoint: MessageEndpoint) => Promise<unknown>): Promise<void> {
    for (const endpoint of this.endpoints.all)
      // after a failure, the next round tries again
      if (this.leadership.leads(relayLeadName(endpoint.context))) await work(endpoint).catch(() => undefined);
  }
}
