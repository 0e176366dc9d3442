const FAILURES = 5;
const PAUSE_MS = 2_000;

/**
 * A circuit breaker. After five failures in a row nobody asks for two seconds. Then one caller may try, and the
 * result counts for all.
 */
export class Breaker {
  private failures = 0;
  private closedFrom = 0;
  private trying = false;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** A caller that was let through must report the result. */
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
