import { setTimeout as pause } from 'node:timers/promises';
import { isLocked } from '../pool/environment';

const LONGEST_MS = 5_000;
const JITTER_MS = 40;

interface Turn {
  readonly begin: () => void;
}

/**
 * Tries work again that failed because somebody else holds a lock. No connection is held between two attempts, and
 * only a few attempts run at a time, so that the other connections are free for work on other rows.
 */
export class LockRetries {
  private running = 0;
  private readonly waiting = new Set<Turn>();

  constructor(private readonly most: number) {}

  /** After the first failure. Throws the last one when the time is over. */
  async again<T>(refused: unknown, work: () => Promise<T>, longestMs = LONGEST_MS): Promise<T> {
    let last = refused;
    for (const end = performance.now() + longestMs; ;) {
      await pause(Math.random() * JITTER_MS);
      if (!(await this.turn(end - performance.now()))) throw last;
      try {
        return await work();
      } catch (error) {
        if (!isLocked(error) || performance.now() >= end) throw error;
        last = error;
      } finally {
        this.over();
      }
    }
  }

  /** In order of arrival; false if no turn came in time. */
  private async turn(withinMs: number): Promise<boolean> {
    if (withinMs <= 0) return false;
    if (this.running < this.most) {
      this.running++;
      return true;
    }
    return new Promise<boolean>((done) => {
      const late = setTimeout(() => {
        this.waiting.delete(turn);
        done(false);
      }, withinMs);
      const turn: Turn = {
        begin: () => {
          clearTimeout(late);
          done(true);
        },
      };
      this.waiting.add(turn);
    });
  }

  private over(): void {
    const [next] = this.waiting;
    if (!next) return void this.running--;
    this.waiting.delete(next);
    next.begin();
  }
}
