import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';

import { Cache } from '#platform/cache';
import { Database } from '#database';
import { cursorFrom } from '#platform/http';

import { isKept, keyOf } from '../shelf/kept-answers';
import type { Locale } from '../shelf/locale';
import { ready, type Ready } from '../shelf/ready';
import { tags } from '../shelf/shelf-tags';
import { browseStatement, type Place, type Wanted } from './browse-statement.query';

interface Row {
  readonly id: string;
  readonly place: string | number | Date;
  readonly text: string;
}

export class BrowseProducts extends Query<Ready> {
  constructor(
    readonly wanted: Wanted,
    readonly locale: Locale,
    readonly after?: Place,
    /** Load the page even if there is a cached copy. */
    readonly afresh = false,
  ) {
    super();
  }
}

@QueryHandler(BrowseProducts)
export class BrowseProductsHandler implements IQueryHandler<BrowseProducts, Ready> {
  constructor(
    private readonly db: Database,
    private readonly cache: Cache,
  ) {}

  async execute(query: BrowseProducts): Promise<Ready> {
    const { wanted, locale, after, afresh } = query;
    if (!isKept(wanted, after)) return this.read(query);
    const forgotten: string[] = [tags.products, tags.stock];
    if (wanted.sort === 'popular') forgotten.push(tags.sales);
    const key = `${wanted.category ?? ''}:${locale}:${keyOf(wanted)}`;
    const about = wanted.featured
      ? { kind: 'featured', key, tags: forgotten, seconds: 1800 }
      : { kind: 'products', key, tags: forgotten, seconds: 60 };
    return (await this.cache[afresh ? 'refresh' : 'remember'](about, () => this.read(query)))!;
  }

  private async read({ wanted, locale, after }: BrowseProducts): Promise<Ready> {
    const { sql, values } = browseStatement(wanted, locale, after);
    const rows = await this.db.query<Row>(sql, values);
    const shown = rows.slice(0, wanted.limit);
    const hasMore = rows.length > wanted.limit;
    const last = shown.at(-1);
    const nextCursor = hasMore && last ? cursorFrom([wanted.sort, last.place, last.id]) : null;
    return ready(`[${shown.map(({ text }) => text).join(',')}]`, { nextCursor, hasMore });
  }
}
