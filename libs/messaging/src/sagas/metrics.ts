import { Counter, Gauge, register } from 'prom-client';

/**
 * `state` is running or needs-attention. Sagas that are over are counted by `shop_processes_ended_total`. Both metrics
 * keep their older names, because dashboards and alerts use them.
 */
export const sagasGauge =
  (register.getSingleMetric('shop_processes') as Gauge | undefined) ??
  new Gauge({
    name: 'shop_processes',
    help: 'Sagas that are not over, by name, state and step.',
    labelNames: ['name', 'state', 'step'],
  });

const endingsCounter =
  (register.getSingleMetric('shop_processes_ended_total') as Counter | undefined) ??
  new Counter({
    name: 'shop_processes_ended_total',
    help: 'Steps that ended a saga, by name and step.',
    labelNames: ['name', 'step'],
  });

export const countEnding = (name: string, step: string): void => endingsCounter.inc({ name, step });
