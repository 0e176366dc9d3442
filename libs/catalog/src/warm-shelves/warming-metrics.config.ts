import { makeCounterProvider, makeGaugeProvider } from '@willsoto/nestjs-prometheus';

export const WARMED_AGE = 'cache_warming_age_seconds';
export const WARMING_DURATION = 'cache_warming_duration_seconds';
export const WARMING_FAILURES = 'cache_warming_failures_total';

export const warmingMetrics = [
  makeGaugeProvider({
    name: WARMED_AGE,
    help: 'How many seconds ago this instance last loaded product lists and popular products into the cache.',
  }),
  makeGaugeProvider({
    name: WARMING_DURATION,
    help: 'How many seconds it took to load product lists and popular products into the cache, the last time.',
  }),
  makeCounterProvider({
    name: WARMING_FAILURES,
    help: 'How many product lists and popular products could not be loaded into the cache.',
  }),
];
