import { Gauge, register } from 'prom-client';
import { HealthCheck, Impaired } from '#platform/observability';
import type { HeadWatch } from './head-watch.job';
import { countUnnumbered, readOldestPending } from './unnumbered.store';
import type { StreamDatabase } from '../streams/stream-database';

const NAME = 'log_unnumbered_events';
/**
 * If the sequencer stops, another process takes over within seconds. So if an event waits this long, no process numbers
 * events.
 */
const LONGEST_WAIT_MS = 30_000;

/**
 * This check fails if a committed event cannot be numbered, or has waited more than 30 s for its position. It also
 * fails if nothing can be appended to a stream. This process measures the wait from one check to the next, so a wrong
 * clock has no effect. If the database does not respond, another check reports that.
 */
export class LogHealth extends HealthCheck {
  readonly service: string;
  override readonly onlyWhenImpaired = true;
  private oldest?: { readonly seq: number; readonly since: number };

  constructor(
    context: string,
    private readonly db: StreamDatabase,
    private readonly heads: Pick<HeadWatch, 'ordersWithWrongHead'> = { ordersWithWrongHead: [] },
  ) {
    super();
    this.service = `${context}:log`;
    const count = () => this.count();
    register.removeSingleMetric(NAME);
    new Gauge({
      name: NAME,
      help: 'Committed events that could not be numbered, and the later events of their streams',
      async collect() {
        this.set((await count()) ?? NaN); // the number is not known while the database does not respond
      },
    });
  }

  async check(): Promise<void> {
    const count = (await this.count()) ?? 0;
    if (count > 0) throw new Impaired(`${count} events could not be numbered and were put aside`);
    const waitMs = await this.measureWait();
    if (waitMs > LONGEST_WAIT_MS)
      throw new Impaired(
        `an event has waited for its position for ${Math.round(waitMs / 1_000)} s: no process numbers events`,
      );
    const { length } = this.heads.ordersWithWrongHead;
    if (length > 0)
      throw new Impaired(`${length} orders have a head that differs from the version of their last event`);
  }

  /**
   * For how many milliseconds this process has seen the oldest event in the queue; 0 if the queue is empty or cannot be
   * read.
   */
  private async measureWait(): Promise<number> {
    const seq = await this.db.outsideTransaction(() => readOldestPending(this.db)).catch(() => null);
    const now = performance.now();
    if (seq === null) this.oldest = undefined;
    else if (this.oldest?.seq !== seq) this.oldest = { seq, since: now };
    return this.oldest ? now - this.oldest.since : 0;
  }

  private count(): Promise<number | undefined> {
    return this.db.outsideTransaction(() => countUnnumbered(this.db)).catch(() => undefined);
  }
}
