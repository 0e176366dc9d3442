import { Gauge, register } from 'prom-client';

const NAME = 'shop_timers_unheard';

/** Timers that are due and wait for a build that handles them. */
export const unhandledTimersGauge =
  (register.getSingleMetric(NAME) as Gauge | undefined) ??
  new Gauge({ name: NAME, help: 'Due timers that no handler subscribes to.', labelNames: ['context'] });
