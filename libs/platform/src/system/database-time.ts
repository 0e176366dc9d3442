import { Clock } from './clock';

/**
 * A reading of the database's clock that takes longer than this is inexact. It is ignored if there is a recent reading.
 */
const EXACT_WITHIN_MS = 200;
const TRUSTED_FOR_MS = 60_000;

/**
 * The time of the database, continued with the steady clock of this process. So stored times and the current time come
 * from one clock, and a change of this machine's clock has no effect. Until the database has responded once, `now`
 * returns the machine's own time.
 */
export class DatabaseTime extends Clock {
  private known?: { readonly offset: number; readonly at: number };

  constructor(
    private readonly steady: () => number = () => performance.now(),
    private readonly wall: () => number = () => Date.now(),
  ) {
    super();
  }

  now(): Date {
    return new Date(this.known ? this.steady() + this.known.offset : this.wall());
  }

  /**
   * Call this when a statement has returned the database's time, `read`, in milliseconds since 1970. `sentAt` is the
   * time of the steady clock when the statement was sent.
   */
  learn(read: number, sentAt: number): void {
    const at = this.steady();
    const isSlow = at - sentAt > EXACT_WITHIN_MS;
    if (isSlow && this.known && at - this.known.at < TRUSTED_FOR_MS) return;
    this.known = { offset: read - (sentAt + at) / 2, at };
  }
}
