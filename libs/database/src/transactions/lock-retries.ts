import { setTimeout as pause } from 'node:timers/promises';
import { isLocked } from '../pool/environment';

const LONGEST_MS = 5_000;
const JITTER_MS = 40;

/** An attempt that waits in the queue. */
interface Turn {
  readonly begin: () => void;
}

/**
 * Retries work that failed because another transaction holds a lock. No connection is held between two attempts.
 * Only a few attempts run at a time, so that work on other rows finds a free connection.
 */
export class LockRetries {
  private running = 0;
  private readonly waiting = new Set<Turn>();

  constructor(private readonly limit: number) {}

  /** Call this method after the first failure. When the time is over, the last failure is thrown. */
  async retry<T>(firstError: unknown, work: () => Promise<T>, longestMs = LONGEST_MS): Promise<T> {
    let last = firstError;
    for (const end = performance.now() + longestMs; ;) {
      await pause(Math.random() * JITTER_MS);
      if (!(await this.waitForTurn(end - performance.now()))) throw last;
      try {
        return await work();
      } catch (error) {
        if (!isLocked(error) || performance.now() >= end) throw error;
        last = error;
      } finally {
        this.release();
      }
    }
  }

  /**
   * Waits until one more attempt is allowed to run. Attempts start in the order in which they came. False if the time
   * ended before.
   */
  private async waitForTurn(withinMs: number): Promise<boolean> {
    if (withinMs <= 0) return false;
    if (this.running < this.limit) {
      this.running++;
      return true;
    }
    return new Promise<boolean>((done) => {
      const timer = setTimeout(() => {
        this.waiting.delete(turn);
        done(false);
      }, withinMs);
      const turn: Turn = {
        begin: () => {
          clearTimeout(timer);
          done(true);
        },
      };
      this.waiting.add(turn);
    });
  }

  private release(): void {
    const [next] = this.waiting;
    if (!next) return void this.running--;
    this.waiting.delete(next);
    next.begin();
  }
}
