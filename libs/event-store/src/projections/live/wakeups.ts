import { EventEmitter } from 'node:events';

/**
 * `log`: there are new events · `tables`: another table became live · `rebuilds`: a rebuild was changed · `moved`: a
 * batch was written.
 */
const WAKEUPS = ['log', 'tables', 'rebuilds', 'moved'] as const;
export type Wakeup = (typeof WAKEUPS)[number];

/**
 * Lets code in this process wait for a change. A wakeup can be lost, so code that waits must also check for changes
 * from time to time.
 */
export class Wakeups {
  private readonly emitter = new EventEmitter().setMaxListeners(0);
  private readonly counts = new Map<Wakeup, number>();

  /** Sends a wakeup to the other processes. `ProjectionRunner` sets it. */
  notifyOthers: (wakeup: Wakeup) => void = () => undefined;

  wake(wakeup: Wakeup): void {
    this.counts.set(wakeup, (this.counts.get(wakeup) ?? 0) + 1);
    this.emitter.emit(wakeup);
  }

  /**
   * The number of wakeups so far. Call it before you look for work, and pass the result to `wait`. If a wakeup happened
   * in between, `wait` returns at once.
   */
  countSoFar(wakeups: readonly Wakeup[]): number {
    return wakeups.reduce((sum, wakeup) => sum + (this.counts.get(wakeup) ?? 0), 0);
  }

  wakeAllProcesses(wakeup: Wakeup): void {
    this.wake(wakeup);
    this.notifyOthers(wakeup);
  }

  /** Ends all waits. Call it when notifications from other processes were perhaps lost. */
  wakeAll(): void {
    for (const wakeup of WAKEUPS) this.wake(wakeup);
  }

  subscribe(wakeup: Wakeup, listener: () => void): () => void {
    this.emitter.on(wakeup, listener);
    return () => this.emitter.off(wakeup, listener);
  }

  /** Resolves at one of the wakeups, after `milliseconds`, or when the signal is aborted. */
  async wait(
    wakeups: readonly Wakeup[],
    milliseconds: number,
    signal?: AbortSignal,
    since = this.countSoFar(wakeups),
  ): Promise<void> {
    if (signal?.aborted || this.countSoFar(wakeups) !== since) return;
    await new Promise<void>((resolve) => {
      const unsubscribes: (() => void)[] = [];
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        for (const unsubscribe of unsubscribes) unsubscribe();
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal?.addEventListener('abort', done, { once: true });
      for (const wakeup of wakeups) unsubscribes.push(this.subscribe(wakeup, done));
    });
  }
}
