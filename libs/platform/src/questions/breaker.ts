const FAILURES = 5;
const PAUSE_MS = 2_000;

/**
 * Spares a service that does not answer, and those who would wait for it: after five failures on end nobody asks for
 * two seconds, then one may try, and what becomes of that decides for all.
 */
export class Breaker {
  private failures = 0;
  private closedFrom = 0;
  private trying = false;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whoever was let through must say how it went. */
  lets(): boolean {
    if (this.failures < FAILURES) return true;
    if (this.trying || this.now() < this.closedFrom) return false;
    this.trying = true;
    return true;
  }

  answered(): void {
    this.failures = 0;
    this.trying = false;
  }

  failed(): void {
    this.failures += 1;
    this.trying = false;
    if (this.failures >= FAILURES) this.closedFrom = this.now() + PAUSE_MS;
  }
}
