import { Gauge, register } from 'prom-client';
import { HealthCheck, Impaired } from '#platform/observability';
import type { HeadWatch } from './head-watch.job';
import { countUnnumbered } from './unnumbered.store';
import type { StreamDatabase } from '../streams/stream-database';

const NAME = 'log_unnumbered_events';

/**
 * Unhealthy if a committed event cannot be numbered, or if nothing can be appended to a stream. A database that does
 * not answer is reported by its own check.
 */
export class LogHealth extends HealthCheck {
  readonly service: string;
  override readonly onlyWhenUnwell = true;

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
        this.set((await count()) ?? NaN); // the number is not known while the database is away
      },
    });
  }

  async check(): Promise<void> {
    const count = (await this.count()) ?? 0;
    if (count > 0) throw new Impaired(`${count} events could not be numbered and were put aside`);
    const { length } = this.heads.ordersWithWrongHead;
    if (length > 0)
      throw new Impaired(`${length} orders have a head that differs from the version of their last event`);
  }

  private count(): Promise<number | undefined> {
    return this.db.outsideTransaction(() => countUnnumbered(this.db)).catch(() => undefined);
  }
}
