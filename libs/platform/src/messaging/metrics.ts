import { Counter, Gauge, register } from 'prom-client';

const counter = (name: string, help: string, labelNames: string[]) =>
  (register.getSingleMetric(name) as Counter | undefined) ?? new Counter({ name, help, labelNames });
const gauge = (name: string, help: string, labelNames: string[]) =>
  (register.getSingleMetric(name) as Gauge | undefined) ?? new Gauge({ name, help, labelNames });

const messages = counter('shop_messages_handled_total', 'Messages by what became of them.', [
  'context',
  'handler',
  'outcome',
]);

export const handled = (context: string, handler: string, outcome: 'done' | 'retried' | 'dead'): void =>
  messages.inc({ context, handler, outcome });

export const outboxAgeSeconds = gauge('shop_outbox_age_seconds', 'Age of the oldest unsent message.', ['context']);
export const inboxLagSeconds = gauge('shop_inbox_lag_seconds', 'Age of the oldest unhandled message.', ['context']);
export const inboxWaiting = gauge('shop_inbox_waiting', 'Messages not yet handled.', ['context']);
export const deadLetters = gauge('shop_dead_letters', 'Messages that were given up, until somebody re-drives them.', [
  'context',
]);
