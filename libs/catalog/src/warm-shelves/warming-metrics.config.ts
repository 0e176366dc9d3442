import { makeCounterProvider, makeGaugeProvider } from '@willsoto/nestjs-prometheus';

export const WARMED_AGE = 'cache_warming_age_seconds';
export const WARMING_DURATION = 'cache_warming_duration_seconds';
export const WARMING_FAILURES = 'cache_warming_failures_total';

export const warmingMetrics = [
  makeGaugeProvider({ name: WARMED_AGE, help: 'How long ago this instance last warmed the cache.' }),
  makeGaugeProvider({ name: WARMING_DURATION, help: 'How long the last warming took.' }),
  makeCounterProvider({ name: WARMING_FAILURES, help: 'Answers that could not be loaded into the cache.' }),
];
