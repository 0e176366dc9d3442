import type { Uuid } from '#kernel';
import type { LoggedEvent, RecordedEvent } from '#event-store';

/** Where a follower reads the log: from the store itself, or from a copy that several followers share. */
export interface LogSource {
  readForViews(after: number, limit: number): Promise<LoggedEvent[]>;
  /** The whole stream of one order. */
  readMarked(orderId: Uuid): Promise<RecordedEvent[]>;
}

interface CachedRead {
  readonly after: number;
  readonly events: readonly LoggedEvent[];
}

const MOST_CACHED = 3;
const FORGET_MS = 1_000;

/**
 * Lets the followers of one process share their reads of the log: the last results, and reads that are still running.
 * Numbered events never change. So a shared result is never wrong, but it can lack the newest events.
 */
export class SharedLog implements LogSource {
  private cached: CachedRead[] = [];
  private readonly pendingReads = new Map<number, Promise<LoggedEvent[]>>();
  private clearTimer?: NodeJS.Timeout;

  constructor(private readonly store: LogSource) {}

  readMarked(orderId: Uuid): Promise<RecordedEvent[]> {
    return this.store.readMarked(orderId);
  }

  async readForViews(after: number, limit: number): Promise<LoggedEvent[]> {
    const found = this.findCached(after, limit);
    if (found.length > 0) return found;
    const earlier = this.pendingReads.get(after);
    if (!earlier) return this.read(after, limit);
    await earlier.catch(() => undefined);
    const foundNow = this.findCached(after, limit);
    if (foundNow.length > 0) return foundNow;
    // The earlier read found nothing. It perhaps started before the new events were numbered. So a read that started
    // later is needed.
    const later = this.pendingReads.get(after);
    return later ? (await later).slice(0, limit) : this.read(after, limit);
  }

  private async read(after: number, limit: number): Promise<LoggedEvent[]> {
    const reading = this.store.readForViews(after, limit);
    this.pendingReads.set(after, reading);
    try {
      const events = await reading;
      if (events.length > 0) this.cache({ after, events });
      return events;
    } finally {
      if (this.pendingReads.get(after) === reading) this.pendingReads.delete(after);
    }
  }

  private findCached(after: number, limit: number): LoggedEvent[] {
    const cachedRead = this.cached.find((one) => one.after <= after && after < one.after + one.events.length);
    return cachedRead ? cachedRead.events.slice(after - cachedRead.after, after - cachedRead.after + limit) : [];
  }

  private cache(cachedRead: CachedRead): void {
    this.cached = [cachedRead, ...this.cached].slice(0, MOST_CACHED);
    this.clearTimer ??= setTimeout(() => {
      this.clearTimer = undefined;
      this.cached = [];
    }, FORGET_MS).unref();
  }
}
