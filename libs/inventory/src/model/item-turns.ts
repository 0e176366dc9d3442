/** After an item was found locked, work on it is refused for this time without asking the database. */
const LOCKED_FOR_MS = 500;

export interface TurnsOptions {
  /** Whether the error says that another transaction holds a lock. */
  readonly isLocked: (error: unknown) => boolean;
  /** Milliseconds since any moment; never goes back. */
  readonly now: () => number;
}

interface Lock {
  readonly items: readonly string[];
  readonly error: unknown;
  readonly until: number;
}

/**
 * In this process, lets only one task at a time change an item's stock. The other tasks wait in memory. Otherwise
 * messages about one item would often find that its version has changed, and would all have to lock its row, which
 * takes several round trips.
 *
 * If another transaction holds the row of an item, the tasks behind the first one fail at once with the same error, so
 * that they do not occupy the lane's places while they wait for it one after the other.
 */
export class ItemTurns {
  private readonly last = new Map<string, Promise<void>>();
  private locks: Lock[] = [];

  constructor(private readonly options: TurnsOptions) {}

  /** Runs the work after all earlier work on one of these items has ended. */
  runInTurn<T>(items: readonly string[], work: () => Promise<T>): Promise<T> {
    const earlier = items.flatMap((item) => this.last.get(item) ?? []);
    const result = earlier.length > 0 ? Promise.all(earlier).then(() => this.run(items, work)) : this.run(items, work);
    const ended = result.then(ignore, ignore);
    for (const item of items) this.last.set(item, ended);
    void ended.then(() => {
      for (const item of items) if (this.last.get(item) === ended) this.last.delete(item);
    });
    return result;
  }

  /** The number of items for which work is running or waiting. */
  get size(): number {
    return this.last.size;
  }

  private async run<T>(items: readonly string[], work: () => Promise<T>): Promise<T> {
    const now = this.options.now();
    this.locks = this.locks.filter(({ until }) => until > now);
    // Perhaps only one of the earlier work's items is locked. So only work on all of these items will certainly fail.
    const lock = this.locks.find((one) => one.items.every((item) => items.includes(item)));
    if (lock) throw lock.error;
    try {
      return await work();
    } catch (error) {
      if (this.options.isLocked(error)) this.locks.push({ items, error, until: this.options.now() + LOCKED_FOR_MS });
      throw error;
    }
  }
}

const ignore = () => undefined;
