export { Cache, type CacheEntry } from './cache';
export { CacheModule } from './cache.module';
export { countRequest } from './cache-metrics';
export { validityOf, type Validity } from './validity';
