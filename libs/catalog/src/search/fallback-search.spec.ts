import { Logger } from '@nestjs/common';

import { FallbackSearch } from './fallback-search.adapter';
import type { ProductSearch } from './product-search';

describe('A search with a fallback', () => {
  let now = 0;
  const clock = { now: () => new Date(now) };
  const used: string[] = [];
  const searchNamed = (name: string, works: () => boolean) =>
    ({
      suggest: async () => {
        used.push(name);
        if (!works()) throw new Error('does not respond');
        return [name];
      },
    }) as unknown as ProductSearch;

  it('uses the fallback when the first search fails, and does not try the first search again for 5 seconds', async () => {
    Logger.overrideLogger(false);
    let isDown = true;
    const search = new FallbackSearch(
      searchNamed('first', () => !isDown),
      searchNamed('second', () => true),
      clock,
    );
    expect(await search.suggest([], 1)).toEqual(['second']);
    expect(await search.suggest([], 1)).toEqual(['second']);
    expect(used).toEqual(['first', 'second', 'second']);
    isDown = false;
    now += 5_001;
    expect(await search.suggest([], 1)).toEqual(['first']);
  });
});
