import { Logger } from '@nestjs/common';
import { Counter, Gauge, register } from 'prom-client';
import type { Database } from '../transactions/database';

const processStartedAt = performance.now();
const lastVacuums = new Map<string, { readonly context: string; readonly tables: string; at: number }>();

const failures =
  (register.getSingleMetric('shop_vacuum_failures_total') as Counter | undefined) ??
  new Counter({ name: 'shop_vacuum_failures_total', help: 'Vacuums of tables that failed.', labelNames: ['context'] });

if (!register.getSingleMetric('shop_vacuum_age_seconds'))
  new Gauge({
    name: 'shop_vacuum_age_seconds',
    help: 'Seconds since this process last vacuumed the tables, or since it first tried.',
    labelNames: ['context', 'tables'],
    collect() {
      for (const { context, tables, at } of lastVacuums.values())
        this.set({ context, tables }, Math.round((performance.now() - at) / 1_000));
    },
  });

/**
 * Vacuums a group of tables, because some servers have autovacuum off. Each failure is counted. A failure is logged
 * only if its reason differs from that of the previous failure. The next round tries again.
 */
export class ScheduledVacuum {
  private readonly log = new Logger('Vacuum');
  private lastReason = '';

  constructor(
    private readonly db: Database,
    private readonly name: string,
    private readonly tables: readonly string[],
  ) {}

  async run(): Promise<void> {
    const { context } = this.db;
    const key = `${context} ${this.name}`;
    const known = lastVacuums.get(key) ?? { context, tables: this.name, at: processStartedAt };
    lastVacuums.set(key, known);
    try {
      await this.db.vacuum(this.tables);
      known.at = performance.now();
      this.lastReason = '';
    } catch (error) {
      const { message } = error as Error;
      failures.inc({ context });
      if (message !== this.lastReason)
        this.log.warn(`The ${this.name} tables of ${context} could not be vacuumed: ${message}`);
      this.lastReason = message;
    }
  }
}
