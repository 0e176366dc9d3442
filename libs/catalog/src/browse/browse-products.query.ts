import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';

import { Cache } from '#platform/cache';
import { Database } from '#database';
import { cursorFrom } from '#platform/http';

import { isCacheable, cacheKeyOf } from '../shelf/cacheable-answers';
import type { Locale } from '../shelf/locale';
import { toJsonAnswer, type JsonAnswer } from '../shelf/json-answer';
import { tags } from '../shelf/shelf-tags';
import { browseStatement, type CursorPlace, type ListRequest } from './browse-statement.query';

interface Row {
  readonly id: string;
  readonly place: string | number | Date;
  readonly text: string;
}

export class BrowseProducts extends Query<JsonAnswer> {
  constructor(
    readonly wanted: ListRequest,
    readonly locale: Locale,
    readonly after?: CursorPlace,
    /** Load the page even if there is a cached copy. */
    readonly skipCache = false,
  ) {
    super();
  }
}

@QueryHandler(BrowseProducts)
export class BrowseProductsHandler implements IQueryHandler<BrowseProducts, JsonAnswer> {
  constructor(
    private readonly db: Database,
    private readonly cache: Cache,
  ) {}

  async execute(query: BrowseProducts): Promise<JsonAnswer> {
    const { wanted, locale, after, skipCache } = query;
    if (!isCacheable(wanted, after)) return this.read(query);
    const cacheTags: string[] = [tags.products, tags.stock];
    if (wanted.sort === 'popular') cacheTags.push(tags.sales);
    const key = `${wanted.category ?? ''}:${locale}:${cacheKeyOf(wanted)}`;
    const entry = wanted.featured
      ? { kind: 'featured', key, tags: cacheTags, seconds: 1800 }
      : { kind: 'products', key, tags: cacheTags, seconds: 60 };
    return (await this.cache[skipCache ? 'refresh' : 'remember'](entry, () => this.read(query)))!;
  }

  private async read({ wanted, locale, after }: BrowseProducts): Promise<JsonAnswer> {
    const { sql, values } = browseStatement(wanted, locale, after);
    const rows = await this.db.query<Row>(sql, values);
    const shown = rows.slice(0, wanted.limit);
    const hasMore = rows.length > wanted.limit;
    const last = shown.at(-1);
    const nextCursor = hasMore && last ? cursorFrom([wanted.sort, last.place, last.id]) : null;
    return toJsonAnswer(`[${shown.map(({ text }) => text).join(',')}]`, { nextCursor, hasMore });
  }
}
