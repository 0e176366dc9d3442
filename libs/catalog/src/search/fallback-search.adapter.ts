import { Logger } from '@nestjs/common';

import type { Uuid } from '#kernel';
import { Clock } from '#platform/system';

import { ProductSearch, type SearchRequest, type SearchResult } from './product-search';
import type { Term } from './vocabulary';

/** How long the first search is not used after a failure. */
const SKIP_MS = 5_000;

/** Uses the first search. If the first search fails, uses the second search, which is slower. */
export class FallbackSearch extends ProductSearch {
  private readonly log = new Logger(FallbackSearch.name);
  private skipFirstUntil = 0;

  constructor(
    private readonly first: ProductSearch,
    private readonly second: ProductSearch,
    private readonly clock: Clock,
  ) {
    super();
  }

  search(request: SearchRequest): Promise<SearchResult> {
    return this.tryFirst((search) => search.search(request));
  }

  suggest(terms: readonly Term[], limit: number): Promise<Uuid[]> {
    return this.tryFirst((search) => search.suggest(terms, limit));
  }

  private async tryFirst<T>(run: (search: ProductSearch) => Promise<T>): Promise<T> {
    if (this.clock.now().getTime() < this.skipFirstUntil) return run(this.second);
    try {
      return await run(this.first);
    } catch (error) {
      this.skipFirstUntil = this.clock.now().getTime() + SKIP_MS;
      this.log.warn({
        message: `Elasticsearch did not respond; Postgres is searched for the next ${SKIP_MS} ms`,
        error,
      });
      return run(this.second);
    }
  }
}
