const MEASURED_EVERY_MS = 250;
const SHORTEST_BLOCK_MS = 500;

/**
 * Notices when this process was blocked: by many requests, by long work, or because the process was paused. A blocked
 * process reads nothing. So a client that seems to be late has perhaps sent its data in time.
 */
export class BlockDetector {
  private measuredAt = performance.now();
  private blockedAt = -Infinity;

  constructor() {
    setInterval(() => this.measure(), MEASURED_EVERY_MS).unref();
  }

  /** Whether the process was blocked for half a second or longer in the last `ms` milliseconds. */
  wasBlockedWithin(ms: number): boolean {
    this.measure();
    return performance.now() - this.blockedAt < ms;
  }

  private measure(): void {
    const now = performance.now();
    if (now - this.measuredAt > MEASURED_EVERY_MS + SHORTEST_BLOCK_MS) this.blockedAt = now;
    this.measuredAt = now;
  }
}

export const blockDetector = new BlockDetector();
