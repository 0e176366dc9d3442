/**
 * In this process, lets only one task at a time change an item's stock. The other tasks wait in memory. Otherwise
 * messages about one item would often find that its version has changed, and would all have to lock its row, which
 * takes several round trips.
 */
export class ItemTurns {
  private readonly last = new Map<string, Promise<void>>();

  /** Runs the work after all earlier work on one of these items has ended. */
  take<T>(items: readonly string[], work: () => Promise<T>): Promise<T> {
    const earlier = items.flatMap((item) => this.last.get(item) ?? []);
    const mine = earlier.length > 0 ? Promise.all(earlier).then(work) : work();
    const ended = mine.then(ignore, ignore);
    for (const item of items) this.last.set(item, ended);
    void ended.then(() => {
      for (const item of items) if (this.last.get(item) === ended) this.last.delete(item);
    });
    return mine;
  }

  /** The number of items for which work is running or waiting. */
  get size(): number {
    return this.last.size;
  }
}

const ignore = () => undefined;
