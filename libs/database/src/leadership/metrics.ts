import { Counter, register } from 'prom-client';

const makeCounter = (name: string, help: string, labelNames: string[] = []) =>
  (register.getSingleMetric(name) as Counter | undefined) ?? new Counter({ name, help, labelNames });

export const leaderChanges = makeCounter('shop_leader_changes_total', 'How often this process became a leader.', [
  'name',
]);
export const reopenings = makeCounter(
  'shop_leadership_reopened_total',
  'How often the leadership connection was lost and opened again.',
);
