import { Counter, Histogram, register } from 'prom-client';

const requests = new Counter({
  name: 'cache_requests_total',
  help: 'Requests to the cache: answered from prepared bytes (ready), found in the process (local), found in the shared level (shared), or loaded (miss).',
  labelNames: ['kind', 'result'] as const,
  registers: [register],
});
const loads = new Histogram({
  name: 'cache_load_duration_seconds',
  help: 'How long it took to load values that were in neither level.',
  labelNames: ['kind'] as const,
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
  registers: [register],
});

export const countRequest = (kind: string, result: 'ready' | 'local' | 'shared' | 'miss'): void =>
  requests.inc({ kind, result });
export const countLoad = (kind: string, seconds: number): void => loads.observe({ kind }, seconds);
