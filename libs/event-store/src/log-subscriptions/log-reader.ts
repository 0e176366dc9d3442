import type { Logger } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { EventBroken } from '#kernel';
import type { Database } from '#database';
import { openNotificationWait, type EventStore, type RecordedEvent } from '#event-store';
import { withTrace } from '#messaging';
import { redactText } from '#platform/observability';
import { activity } from '#platform/system';
import { CheckpointLost, Checkpoints } from './checkpoints.store';
import { subscriptionFailures, subscriptionLag } from './metrics';
import type { LogSubscription } from './subscription';

const BATCH = 100;
const CHECK_MS = 500;
const SHORTEST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 60_000;

/** Delivers the log to one subscription, event by event, while this process is the leader of the subscription. */
export class LogReader {
  private readonly checkpoints: Checkpoints;
  /** The checkpoint. It is undefined after every error, so that it is read from the database again. */
  private checkpoint?: number;
  private current?: RecordedEvent;
  private failures = 0;

  constructor(
    private readonly db: Database,
    private readonly store: EventStore,
    private readonly subscription: LogSubscription,
    private readonly log: Logger,
  ) {
    this.checkpoints = new Checkpoints(db);
  }

  async run(stop: AbortSignal): Promise<void> {
    const bell = openNotificationWait((ring) => this.store.onNumbered(ring));
    try {
      while (!stop.aborted) {
        const more = await this.handleBatch(stop).catch((error: unknown) => this.handleFailure(error, stop));
        if (!more) await bell.wait(activity.checkAfter(CHECK_MS), stop);
      }
    } finally {
      bell.close();
    }
  }

  /** Handles one batch. Returns true if the log perhaps contains more events already. */
  private async handleBatch(stop: AbortSignal): Promise<boolean> {
    const { name, types } = this.subscription;
    let at = (this.checkpoint ??= await this.checkpoints.findOrCreate(name, () => this.startPosition()));
    const events = await this.store.readLog(at, BATCH);
    for (const event of events) {
      if (stop.aborted) return false;
      if (types && !types.includes(event.type)) continue;
      await this.handleEvent(event, at);
      this.checkpoint = at = event.position!;
      this.resetFailures();
    }
    const last = events.at(-1)?.position ?? at;
    if (last > at) await this.checkpoints.move(name, at, last);
    this.checkpoint = last;
    this.resetFailures();
    if (events.length < BATCH) subscriptionLag.set({ subscription: name }, 0);
    return events.length === BATCH;
  }

  private async handleEvent(event: RecordedEvent, at: number): Promise<void> {
    this.current = event;
    const { name, handler } = this.subscription;
    if (event.unreadable instanceof EventBroken) {
      // A later build cannot read this event either, and one bad row must not stop all later events.
      this.log.error(
        `the log subscription ${name} skips event ${event.version} of order ${event.streamId} (position ${event.position}): ${event.unreadable.message}`,
      );
      return this.checkpoints.move(name, at, event.position!);
    }
    if (event.unreadable) throw event.unreadable;
    const trace = { correlationId: event.metadata.correlationId, causationId: event.id };
    await withTrace(trace, () =>
      this.db.transaction(async () => {
        await handler(event);
        await this.checkpoints.move(name, at, event.position!);
      }),
    );
  }

  private async startPosition(): Promise<number> {
    const { from } = this.subscription;
    return from === 'start' ? 0 : from === 'now' ? this.store.head() : from;
  }

  private resetFailures(): void {
    this.current = undefined;
    this.failures = 0;
    subscriptionFailures.set({ subscription: this.subscription.name }, 0);
  }

  /**
   * Stores and logs the failure, and then waits longer than after the previous failure. Only the first failure at an
   * event is logged.
   */
  private async handleFailure(error: unknown, stop: AbortSignal): Promise<boolean> {
    const { name } = this.subscription;
    const { checkpoint, current } = this;
    this.checkpoint = undefined;
    if (error instanceof CheckpointLost) return true;
    this.failures += 1;
    const reason = redactText(String((error as Error)?.stack ?? error).slice(0, 4_000));
    if (this.failures === 1) {
      const where = current ? ` at ${current.type} ${current.id} of order ${current.streamId}, position ${current.position}` : ''; // prettier-ignore
      this.log.error(`the log subscription ${name} failed${where}, and tries again`, reason);
    }
    subscriptionFailures.set({ subscription: name }, this.failures);
    await this.checkpoints.storeFailure(name, reason).catch(() => undefined);
    const head = await this.store.head().catch(() => undefined);
    if (head !== undefined && checkpoint !== undefined) subscriptionLag.set({ subscription: name }, head - checkpoint);
    const wait = Math.min(SHORTEST_WAIT_MS * 2 ** (this.failures - 1), LONGEST_WAIT_MS);
    await pause(wait, undefined, { signal: stop, ref: false }).catch(() => undefined);
    return true;
  }
}
