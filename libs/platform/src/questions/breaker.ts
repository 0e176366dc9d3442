const FAILURES = 5;
const PAUSE_MS = 2_000;

/**
 * A circuit breaker. After five failures in a row, it refuses all calls for two seconds. Then it allows one call. If
 * this call succeeds, all calls are allowed again. If it fails, the two seconds begin again.
 */
export class CircuitBreaker {
  private failures = 0;
  private refusesUntil = 0;
  private isTrying = false;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether a call is allowed. After an allowed call, the caller must report its result: `succeeded` or `failed`. */
  allowsCall(): boolean {
    if (this.failures < FAILURES) return true;
    if (this.isTrying || this.now() < this.refusesUntil) return false;
    this.isTrying = true;
    return true;
  }

  succeeded(): void {
    this.failures = 0;
    this.isTrying = false;
  }

  failed(): void {
    this.failures += 1;
    this.isTrying = false;
    if (this.failures >= FAILURES) this.refusesUntil = this.now() + PAUSE_MS;
  }
}
