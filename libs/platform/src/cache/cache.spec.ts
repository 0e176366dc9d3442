import { behavesLikeACache } from './cache.contract';
import { TwoLevelCache } from './two-level-cache';

describe('A cache in memory', () => {
  behavesLikeACache(async () => ({ one: new TwoLevelCache({}), other: new TwoLevelCache({}), hasSharedLevel: false }));
});

describe('A cache without a reachable Redis', () => {
  const caches: TwoLevelCache[] = [];
  const open = () => {
    const cache = new TwoLevelCache({ redisUrl: 'redis://127.0.0.1:1' });
    caches.push(cache);
    return cache;
  };
  afterEach(() => caches.splice(0).forEach((cache) => cache.close()));

  behavesLikeACache(async () => ({ one: open(), other: open(), hasSharedLevel: false }));

  it('reports that the shared level does not respond', async () => {
    expect(await open().isSharedLevelUp()).toBe(false);
  });
});
