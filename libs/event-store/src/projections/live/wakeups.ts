import { EventEmitter } from 'node:events';

/**
 * `log`: there are new events · `tables`: another table became live · `rebuilds`: a rebuild was changed · `moved`: a
 * batch was written.
 */
const WAKEUPS = ['log', 'tables', 'rebuilds', 'moved'] as const;
export type Wakeup = (typeof WAKEUPS)[number];

/** Ends waits in this process. A wakeup may be lost, so code that waits must also look from time to time. */
export class Wakeups {
  private readonly emitter = new EventEmitter().setMaxListeners(0);
  private readonly counts = new Map<Wakeup, number>();

  /** Sends a wakeup to the other processes. `ProjectionRunner` sets it. */
  abroad: (wakeup: Wakeup) => void = () => undefined;

  tell(wakeup: Wakeup): void {
    this.counts.set(wakeup, (this.counts.get(wakeup) ?? 0) + 1);
    this.emitter.emit(wakeup);
  }

  /** Call it before looking for work, and pass the result to `wait`. Then a wakeup in between ends the wait at once. */
  moment(wakeups: readonly Wakeup[]): number {
    return wakeups.reduce((sum, wakeup) => sum + (this.counts.get(wakeup) ?? 0), 0);
  }

  tellAll(wakeup: Wakeup): void {
    this.tell(wakeup);
    this.abroad(wakeup);
  }

  /** For a time when notifications from other processes may have been lost: ends all waits. */
  tellEvery(): void {
    for (const wakeup of WAKEUPS) this.tell(wakeup);
  }

  on(wakeup: Wakeup, heard: () => void): () => void {
    this.emitter.on(wakeup, heard);
    return () => this.emitter.off(wakeup, heard);
  }

  /** Resolves at one of the wakeups, after the time, or when the signal is aborted. */
  async wait(
    wakeups: readonly Wakeup[],
    milliseconds: number,
    signal?: AbortSignal,
    since = this.moment(wakeups),
  ): Promise<void> {
    if (signal?.aborted || this.moment(wakeups) !== since) return;
    await new Promise<void>((resolve) => {
      const offs: (() => void)[] = [];
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        for (const off of offs) off();
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal?.addEventListener('abort', done, { once: true });
      for (const wakeup of wakeups) offs.push(this.on(wakeup, done));
    });
  }
}
