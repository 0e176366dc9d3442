import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { Redis } from 'ioredis';

import { behavesLikeACache } from './cache.contract';
import { TwoLevelCache } from './two-level-cache';

const redisUrl = process.env.TEST_REDIS_URL;

(redisUrl ? describe : describe.skip)('A cache on Redis', () => {
  const caches: TwoLevelCache[] = [];
  const open = async (namespace: string) => {
    const cache = new TwoLevelCache({ redisUrl, namespace });
    caches.push(cache);
    while (!(await cache.isSharedLevelUp())) await pause(10);
    return cache;
  };
  const openTwo = async () => {
    const namespace = `test-${randomUUID()}`;
    const [one, other] = await Promise.all([open(namespace), open(namespace)]);
    await pause(30); // now both are subscribed
    return { one, other, hasSharedLevel: true };
  };
  afterEach(() => caches.splice(0).forEach((cache) => cache.close()));

  behavesLikeACache(openTwo);

  it('writes only in its namespace, and every key expires', async () => {
    const namespace = `test-${randomUUID()}`;
    const cache = await open(namespace);
    await cache.remember({ kind: 'thing', key: 'x', tags: ['things'], seconds: 60 }, async () => 1);
    await cache.invalidate('things');
    const client = new Redis(redisUrl!);
    const keys: string[] = [];
    for await (const found of client.scanStream({ match: `${namespace}:*` })) keys.push(...(found as string[]));
    expect(keys.length).toBe(2);
    for (const key of keys) expect(await client.pttl(key)).toBeGreaterThan(0);
    client.disconnect();
  });
});
