import { setTimeout as pause } from 'node:timers/promises';

const LONGEST_MS = 20;
const MS_EACH = 4;

/**
 * Delays the next read a little after a read of many messages, so that more messages can be read together. The delay
 * grows with the number of messages that were read. After a single message there is no delay.
 */
export class ReadDelay {
  private until = 0;

  recordRead(count: number): void {
    this.until = performance.now() + Math.min(LONGEST_MS, MS_EACH * (count - 1));
  }

  async wait(stop: AbortSignal): Promise<void> {
    const rest = this.until - performance.now();
    if (rest >= 1) await pause(rest, undefined, { signal: stop }).catch(() => undefined);
  }
}
