import { crashPoint } from '#crash-points';
import type { Branch } from './branch';
import { fireTimers } from './timers.store';

const BATCH = 200;
const POLL_MS = 1_000;

/** Moves what is due into the inbox. Several instances may: each row is taken by one. */
export class TimerClock {
  private readonly stopping = new AbortController();
  private running?: Promise<void>;

  constructor(private readonly branch: Branch) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const { fired, nextMs } = await fireTimers(this.branch.db, BATCH).catch(() => ({ fired: 0, nextMs: null }));
      if (fired > 0) {
        crashPoint('timers.fired', this.branch.context);
        this.branch.inbox.raise();
      }
      if (fired < BATCH) await this.branch.timers.wait(Math.min(POLL_MS, Math.ceil(nextMs ?? POLL_MS) + 1), signal);
    }
  }
}
