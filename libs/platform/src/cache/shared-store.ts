import type { CacheManagerStore } from 'cache-manager';
import { redisInsStore } from 'cache-manager-ioredis-yet';
import type { Redis } from 'ioredis';

// This type is declared here, because cache-manager 6 and later no longer export the type that
// cache-manager-ioredis-yet extends.
interface IoredisStore {
  get<T>(key: string): Promise<T | undefined>;
  set<T>(key: string, value: T, ttl?: number): Promise<void>;
  del(key: string): Promise<void>;
  mget(...keys: string[]): Promise<unknown[]>;
  mset(entries: [string, unknown][], ttl?: number): Promise<void>;
  mdel(...keys: string[]): Promise<void>;
  ttl(key: string): Promise<number>;
}

/**
 * The second level of the cache. The `reset` of the package runs FLUSHDB, which also deletes the data of other
 * programs. The `reset` below deletes only the keys of the namespace.
 */
export function sharedStore(client: Redis, namespace: string): CacheManagerStore {
  const store = redisInsStore(client) as unknown as IoredisStore;
  return {
    name: 'ioredis-yet',
    isCacheable: (value: unknown) => value !== undefined && value !== null,
    get: (key: string) => store.get(key),
    set: (key: string, value: unknown, ttl?: number) => store.set(key, value, ttl),
    del: (key: string) => store.del(key),
    mget: (...keys: string[]) => store.mget(...keys),
    mset: (entries: Record<string, unknown>, ttl?: number) => store.mset(Object.entries(entries), ttl),
    mdel: (...keys: string[]) => store.mdel(...keys),
    ttl: (key: string) => store.ttl(key),
    reset: async () => {
      let cursor = '0';
      do {
        const [next, keys] = await client.scan(cursor, 'MATCH', `${namespace}:*`, 'COUNT', 500);
        cursor = next;
        if (keys.length > 0) await client.unlink(...keys);
      } while (cursor !== '0');
    },
  } as unknown as CacheManagerStore;
}
