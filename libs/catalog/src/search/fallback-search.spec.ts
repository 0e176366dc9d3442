import { Logger } from '@nestjs/common';

import { FallbackSearch } from './fallback-search.adapter';
import type { ProductSearch } from './product-search';

describe('A search with a fallback', () => {
  let now = 0;
  const clock = { now: () => new Date(now) };
  const asked: string[] = [];
  const answering = (name: string, works: () => boolean) =>
    ({
      suggest: async () => {
        asked.push(name);
        if (!works()) throw new Error('away');
        return [name];
      },
    }) as unknown as ProductSearch;

  it('uses the fallback when the first search fails, and does not use the first for a while', async () => {
    Logger.overrideLogger(false);
    let away = true;
    const search = new FallbackSearch(
      answering('first', () => !away),
      answering('second', () => true),
      clock,
    );
    expect(await search.suggest([], 1)).toEqual(['second']);
    expect(await search.suggest([], 1)).toEqual(['second']);
    expect(asked).toEqual(['first', 'second', 'second']);
    away = false;
    now += 5_001;
    expect(await search.suggest([], 1)).toEqual(['first']);
  });
});
