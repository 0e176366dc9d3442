import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Gauge, register } from 'prom-client';
import { Drift } from '../drift/drift';
import { ReadModels } from './read-models';
import { subscriptionStates, type ProjectionStatus } from './status';

type Sample = readonly [labels: Record<string, string>, value: number];

const oneSample =
  (of: (status: ProjectionStatus) => number) =>
  (one: ProjectionStatus): Sample[] => [[{ projection: one.name }, of(one)]];

const gauges: readonly { name: string; help: string; of: (status: ProjectionStatus) => readonly Sample[] }[] = [
  {
    name: 'projection_position',
    help: 'The position of the log up to which the read model is up to date',
    of: oneSample((one) => one.position),
  },
  {
    name: 'projection_lag',
    help: 'Committed events that the read model does not reflect yet',
    of: oneSample((one) => one.lag),
  },
  {
    name: 'projection_lag_seconds',
    help: 'The age in seconds of the first event that the read model does not reflect; 0 if there is none',
    of: oneSample((one) => one.lagSeconds),
  },
  {
    name: 'projection_rate',
    help: 'Events per second in the last batches; 0 if no batch was written for 5 seconds',
    of: oneSample((one) => one.ratePerSecond),
  },
  {
    name: 'projection_state',
    help: `1 for the current state of the read model, 0 for the others: ${subscriptionStates.join(', ')}`,
    of: (one) =>
      subscriptionStates.map((state) => [{ projection: one.name, state }, Number(one.state === state)] as const),
  },
  {
    name: 'projection_set_aside_orders',
    help: 'Orders with an event that the read model could not use',
    of: oneSample((one) => one.setAside),
  },
  {
    name: 'projection_drift_orders',
    help: 'Rows that do not match the events of their order, as far as the sentinel has checked',
    of: oneSample((one) => one.drift),
  },
];

const CHECKED = 'projection_drift_checked';

/** Metrics for the progress of every read model. The values are read from the database when the metrics are scraped. */
@Injectable()
export class ProjectionMetrics implements OnApplicationBootstrap, OnApplicationShutdown {
  private cached: { readonly at: number; readonly statuses: Promise<ProjectionStatus[]> } | undefined;

  constructor(
    private readonly models: ReadModels,
    private readonly drift: Drift,
  ) {}

  onApplicationBootstrap(): void {
    for (const { name, help, of } of gauges) {
      register.removeSingleMetric(name);
      const status = (): Promise<ProjectionStatus[]> => this.status();
      const labelNames = name === 'projection_state' ? ['projection', 'state'] : ['projection'];
      new Gauge({
        ...{ name, help, labelNames },
        async collect() {
          for (const one of await status()) for (const [labels, value] of of(one)) this.set(labels, value);
        },
      });
    }
    const walks = () => this.drift.walks().catch(() => []);
    register.removeSingleMetric(CHECKED);
    new Gauge({
      name: CHECKED,
      help: 'Rows that the drift sentinel has compared with their events so far',
      labelNames: ['projection'],
      async collect() {
        for (const { projection, checked } of await walks()) this.set({ projection }, checked);
      },
    });
  }

  onApplicationShutdown(): void {
    for (const name of [...gauges.map((gauge) => gauge.name), CHECKED]) register.removeSingleMetric(name);
  }

  // All these gauges share one query. If the database does not respond, the other metrics must still be shown.
  private status(): Promise<ProjectionStatus[]> {
    const now = performance.now();
    if (!this.cached || now - this.cached.at > 1_000) {
      this.cached = { at: now, statuses: this.models.status().catch(() => []) };
    }
    return this.cached.statuses;
  }
}
