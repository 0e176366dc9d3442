/** If another transaction holds the lock of an item, tasks on this item fail for this time without a query. */
const LOCKED_FOR_MS = 500;

export interface TurnsOptions {
  /** Whether the error means that another transaction holds a lock. */
  readonly isLocked: (error: unknown) => boolean;
  /** The time in milliseconds, from any start. It never decreases. */
  readonly now: () => number;
}

interface Lock {
  readonly items: readonly string[];
  readonly error: unknown;
  readonly until: number;
}

/**
 * In this process, lets only one task at a time change an item's stock. The other tasks wait in memory. Otherwise many
 * messages about one item would find that the item's version has changed. Each of these messages would then have to
 * lock the item's row, which takes several round trips.
 *
 * If another transaction holds the lock of an item's row, the first task fails with an error. The tasks that wait for
 * the first task then fail at once with the same error. Otherwise each of them would wait for the lock, and they would
 * delay other messages of the lane.
 */
export class ItemTurns {
  private readonly last = new Map<string, Promise<void>>();
  private locks: Lock[] = [];

  constructor(private readonly options: TurnsOptions) {}

  /** Runs the work when all earlier work on any of these items has ended. */
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

  /** The number of items for which a task is running or waiting. */
  get size(): number {
    return this.last.size;
  }

  private async run<T>(items: readonly string[], work: () => Promise<T>): Promise<T> {
    const now = this.options.now();
    this.locks = this.locks.filter(({ until }) => until > now);
    // Perhaps only one of the items in `lock` is locked. So only a task with all of these items will certainly fail.
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
