import { setTimeout as pause } from 'node:timers/promises';

const LONGEST_MS = 20;
const MS_EACH = 4;

/**
 * Lets messages collect when many arrive within milliseconds. The more there were the last time, the later the next
 * look. Single messages are never delayed.
 */
export class Pace {
  private until = 0;

  took(count: number): void {
    this.until = performance.now() + Math.min(LONGEST_MS, MS_EACH * (count - 1));
  }

  async wait(stop: AbortSignal): Promise<void> {
    const rest = this.until - performance.now();
    if (rest >= 1) await pause(rest, undefined, { signal: stop }).catch(() => undefined);
  }
}
