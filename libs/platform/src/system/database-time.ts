import { Clock } from './clock';

/** How long an answer may take and still be better than what is known already. */
const PROMPT_MS = 200;
const TRUSTED_FOR_MS = 60_000;

/**
 * The database's time, continued with this process's steady clock. A comparison with a stored time is then a
 * comparison of two readings of one clock, and setting this machine's clock changes nothing. Until the database has
 * answered once, it is the machine's own time.
 */
export class DatabaseTime extends Clock {
  private known?: { readonly ahead: number; readonly at: number };

  constructor(
    private readonly steady: () => number = () => performance.now(),
    private readonly wall: () => number = () => Date.now(),
  ) {
    super();
  }

  now(): Date {
    return new Date(this.known ? this.steady() + this.known.ahead : this.wall());
  }

  /**
   * Takes a reading of the database's clock, in milliseconds, from a statement's result. `sentAt` is by the steady
   * clock.
   */
  learn(read: number, sentAt: number): void {
    const at = this.steady();
    const isSlow = at - sentAt > PROMPT_MS;
    if (isSlow && this.known && at - this.known.at < TRUSTED_FOR_MS) return;
    this.known = { ahead: read - (sentAt + at) / 2, at };
  }
}
