import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Gauge, register } from 'prom-client';
import { ReadModels, type ProjectionStatus } from './read-models';

const gauges: readonly { name: string; help: string; of: (status: ProjectionStatus) => number }[] = [
  { name: 'projection_position', help: 'Position of the log the read model reflects', of: (one) => one.position },
  { name: 'projection_lag', help: 'Events the read model is behind the log', of: (one) => one.lag },
  {
    name: 'projection_rate',
    help: 'Events a second in the last batches; 0 when idle',
    of: (one) => one.ratePerSecond,
  },
];

/** How far every read model has come, asked of the registry when metrics are scraped. */
@Injectable()
export class ProjectionMetrics implements OnApplicationBootstrap, OnApplicationShutdown {
  private asked: { readonly at: number; readonly answer: Promise<ProjectionStatus[]> } | undefined;

  constructor(private readonly models: ReadModels) {}

  onApplicationBootstrap(): void {
    for (const { name, help, of } of gauges) {
      register.removeSingleMetric(name);
      const status = (): Promise<ProjectionStatus[]> => this.status();
      new Gauge({
        name,
        help,
        labelNames: ['projection'],
        async collect() {
          for (const one of await status()) this.set({ projection: one.name }, of(one));
        },
      });
    }
  }

  onApplicationShutdown(): void {
    for (const { name } of gauges) register.removeSingleMetric(name);
  }

  // Three gauges, one question. A database that is away must not take the other metrics with it.
  private status(): Promise<ProjectionStatus[]> {
    const now = performance.now();
    if (!this.asked || now - this.asked.at > 1_000) {
      this.asked = { at: now, answer: this.models.status().catch(() => []) };
    }
    return this.asked.answer;
  }
}
