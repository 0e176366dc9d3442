import { Gauge, register } from 'prom-client';

const gauge = (name: string, help: string) =>
  (register.getSingleMetric(name) as Gauge | undefined) ?? new Gauge({ name, help, labelNames: ['subscription'] });

/** While this gauge is above 0, the subscription cannot handle the event at its position. */
export const subscriptionFailures = gauge(
  'shop_log_subscription_failures',
  'How often in a row a log subscription has failed at its current event.',
);
export const subscriptionLag = gauge(
  'shop_log_subscription_lag_events',
  'Events that a log subscription has not handled yet.',
);
