export { Cache, type CacheEntry } from './cache';
export { CacheModule } from './cache.module';
