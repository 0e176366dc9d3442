import { setImmediate as nextTurn } from 'node:timers/promises';

/** The longest time that one piece of work is allowed to block the event loop. */
const LONGEST_MS = 10;

/** The client has disconnected, so nobody reads the response. */
export class ClientGone extends Error {
  constructor() {
    super('the client has disconnected');
    this.name = 'ClientGone';
  }
}

/**
 * Splits long work into short slices. The event loop runs between the slices. If the client disconnects, the work
 * stops.
 */
export class Slices {
  private since = performance.now();

  constructor(private readonly gone?: AbortSignal) {}

  /**
   * Lets the event loop run if the current slice has taken its time. Otherwise the call costs almost nothing, so call
   * it often. Throws ClientGone.
   */
  async pauseForOthers(): Promise<void> {
    if (performance.now() - this.since < LONGEST_MS) return;
    await nextTurn();
    if (this.gone?.aborted) throw new ClientGone();
    this.since = performance.now();
  }

  /** Calls `work` for each item, in order. */
  async each<Item>(items: Iterable<Item>, work: (item: Item, index: number) => void): Promise<void> {
    let index = 0;
    for (const item of items) {
      work(item, index);
      index += 1;
      if (performance.now() - this.since >= LONGEST_MS) await this.pauseForOthers();
    }
  }

  async map<Item, Result>(items: Iterable<Item>, work: (item: Item, index: number) => Result): Promise<Result[]> {
    const results: Result[] = [];
    await this.each(items, (item, index) => results.push(work(item, index)));
    return results;
  }
}
