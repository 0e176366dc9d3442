import type { Uuid } from '#kernel';
import type { LoggedEvent, RecordedEvent } from '#event-store';

/** Where a follower reads the log: from the store itself, or from a copy that several followers share. */
export interface LogSource {
  readForViews(after: number, limit: number): Promise<LoggedEvent[]>;
  /** The whole stream of one order. */
  readMarked(orderId: Uuid): Promise<RecordedEvent[]>;
}

interface Stretch {
  readonly after: number;
  readonly events: readonly LoggedEvent[];
}

const stretches = 3;
const FORGET_MS = 1_000;

/**
 * Followers of one process share what one of them has read: the latest stretches of the log, and reads that are still
 * running. Numbered events never change, so a shared stretch may be too short, but it is never wrong.
 */
export class SharedLog implements LogSource {
  private known: Stretch[] = [];
  private readonly underWay = new Map<number, Promise<LoggedEvent[]>>();
  private forgetting?: NodeJS.Timeout;

  constructor(private readonly store: LogSource) {}

  readMarked(orderId: Uuid): Promise<RecordedEvent[]> {
    return this.store.readMarked(orderId);
  }

  async readForViews(after: number, limit: number): Promise<LoggedEvent[]> {
    const there = this.from(after, limit);
    if (there.length > 0) return there;
    const earlier = this.underWay.get(after);
    if (!earlier) return this.read(after, limit);
    await earlier.catch(() => undefined);
    const come = this.from(after, limit);
    if (come.length > 0) return come;
    // That read may have begun before the events came that woke this follower. Only a read that began later is good
    // enough.
    const later = this.underWay.get(after);
    return later ? (await later).slice(0, limit) : this.read(after, limit);
  }

  private async read(after: number, limit: number): Promise<LoggedEvent[]> {
    const reading = this.store.readForViews(after, limit);
    this.underWay.set(after, reading);
    try {
      const events = await reading;
      if (events.length > 0) this.keep({ after, events });
      return events;
    } finally {
      if (this.underWay.get(after) === reading) this.underWay.delete(after);
    }
  }

  private from(after: number, limit: number): LoggedEvent[] {
    const stretch = this.known.find((one) => one.after <= after && after < one.after + one.events.length);
    return stretch ? stretch.events.slice(after - stretch.after, after - stretch.after + limit) : [];
  }

  private keep(stretch: Stretch): void {
    this.known = [stretch, ...this.known].slice(0, stretches);
    this.forgetting ??= setTimeout(() => {
      this.forgetting = undefined;
      this.known = [];
    }, FORGET_MS).unref();
  }
}
