export { Cache, type Remembered } from './cache';
export { CacheModule } from './cache.module';
