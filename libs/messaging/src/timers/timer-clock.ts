import { crashPoint } from '#crash-points';
import { activity } from '#platform/system';
import type { MessageEndpoint } from '../outbox/message-endpoint';
import { TimerReads } from './timer-reads';
import { unhandledTimersGauge } from './timer-metrics';
import { fireTimers } from './timers.store';

const BATCH = 200;
const POLL_MS = 1_000;

/** Moves due timers into the inbox. Several instances can do this at once. Only one of them moves each timer. */
export class TimerClock {
  private readonly stopping = new AbortController();
  private readonly reads = new TimerReads();
  private running?: Promise<void>;

  constructor(private readonly endpoint: MessageEndpoint) {}

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
      const { fired, nextMs } = await this.fireDueTimers();
      if (fired > 0) {
        crashPoint('timers.fired', this.endpoint.context);
        this.endpoint.inbox.raise();
      }
      const longest = activity.checkAfter(POLL_MS);
      if (fired < BATCH) await this.endpoint.timers.wait(Math.min(longest, Math.ceil(nextMs ?? longest) + 1), signal);
    }
  }

  private async fireDueTimers(): Promise<{ fired: number; nextMs: number | null }> {
    const { context, db, marks } = this.endpoint;
    const since = this.reads.startOfNextRead();
    const behind = marks.lanesBehind(this.endpoint.handlers.lanes);
    try {
      const { fired, nextMs, through, unheard } = await fireTimers(db, BATCH, since, behind);
      this.reads.recordRead(since === undefined, fired < BATCH ? through : undefined);
      if (unheard !== undefined) unhandledTimersGauge.set({ context }, unheard);
      return { fired, nextMs };
    } catch {
      this.reads.reset();
      return { fired: 0, nextMs: null };
    }
  }
}
