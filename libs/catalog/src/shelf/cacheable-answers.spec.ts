import { areWordsCacheable, isCacheable, cacheKeyOf } from './cacheable-answers';

describe('Cached responses', () => {
  it('have one key for all spellings of the same filters', () => {
    const one = cacheKeyOf({ category: 'tea', minPrice: 0, maxPrice: 29_999, sort: 'price', limit: 20 });
    const other = cacheKeyOf({ limit: 20, sort: 'price', maxPrice: 29_999, category: 'tea', brand: undefined });
    expect(one).toBe(other);
  });

  it.each([
    [{ category: 'coffee' }, { brand: 'coffee' }],
    [{ featured: false }, {}],
    [{ available: true }, { featured: true }],
    [{ minPrice: 30_000 }, { maxPrice: 30_000 }],
    [{ limit: 8 }, {}],
    [{ sort: 'name' }, { sort: 'price' }],
  ])('have different keys for %j and %j', (one, other) => {
    expect(cacheKeyOf({ limit: 20, ...one })).not.toBe(cacheKeyOf({ limit: 20, ...other }));
  });

  it.each([
    [{ limit: 20 }, undefined, true],
    [{ limit: 8, minPrice: 30_000, maxPrice: 49_999 }, undefined, true],
    [{ limit: 20, minPrice: 500_000 }, undefined, true],
    [{ limit: 20, maxPrice: 50_000 }, undefined, true],
    [{ limit: 21 }, undefined, false],
    [{ limit: 20, minPrice: 30_001 }, undefined, false],
    [{ limit: 20, maxPrice: 1 }, undefined, false],
    [{ limit: 20 }, ['newest', 'x'], false],
  ])('are kept for the filters %j and the cursor %j: %s', (chosen, after, kept) => {
    expect(isCacheable(chosen, after)).toBe(kept);
  });

  it('do not include responses to very long queries', () => {
    expect([areWordsCacheable('ca phe sua da'), areWordsCacheable('ca phe '.repeat(20))]).toEqual([true, false]);
  });
});
