const LOOK_MS = 250;
const HELD_UP_MS = 500;

/**
 * Notes when this process was blocked: by many requests, by long work, or because it was paused. It read nothing in
 * that time, so a client that seems to be late may have sent its data in time.
 */
export class HoldUps {
  private looked = performance.now();
  private last = -Infinity;

  constructor() {
    setInterval(() => this.look(), LOOK_MS).unref();
  }

  /** Whether the process was blocked for half a second or longer in the last `ms` milliseconds. */
  within(ms: number): boolean {
    this.look();
    return performance.now() - this.last < ms;
  }

  private look(): void {
    const now = performance.now();
    if (now - this.looked > LOOK_MS + HELD_UP_MS) this.last = now;
    this.looked = now;
  }
}

export const holdUps = new HoldUps();
