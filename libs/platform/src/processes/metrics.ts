import { Counter, Gauge, register } from 'prom-client';

/** `state` is running or needs-attention; what is over is counted by `shop_processes_ended_total`. */
export const processes =
  (register.getSingleMetric('shop_processes') as Gauge | undefined) ??
  new Gauge({
    name: 'shop_processes',
    help: 'Processes that are not over, by name, state and step.',
    labelNames: ['name', 'state', 'step'],
  });

const endings =
  (register.getSingleMetric('shop_processes_ended_total') as Counter | undefined) ??
  new Counter({
    name: 'shop_processes_ended_total',
    help: 'Steps taken by which a process was over, by name and step.',
    labelNames: ['name', 'step'],
  });

export const ended = (name: string, step: string): void => endings.inc({ name, step });
