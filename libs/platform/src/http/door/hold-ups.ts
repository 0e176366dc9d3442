const LOOK_MS = 250;
const HELD_UP_MS = 500;

/**
 * Notes when this process was held up: by a crowd, by long work, or because it was stopped. What others have sent
 * lay unread meanwhile, so a time limit that ends then says nothing about them.
 */
export class HoldUps {
  private looked = performance.now();
  private last = -Infinity;

  constructor() {
    setInterval(() => this.look(), LOOK_MS).unref();
  }

  /** Whether the process was held up for half a second or longer within the last so many milliseconds. */
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
