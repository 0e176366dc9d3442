import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';

import { isUuid, NotFound } from '#kernel';
import { Cache } from '#platform/cache';
import { Database, statement } from '#database';

import type { Locale } from '../shelf/locale';
import { productText } from '../shelf/product-text.query';
import { toJsonAnswer, type JsonAnswer } from '../shelf/json-answer';
import { tags } from '../shelf/shelf-tags';

const selectProduct = (column: 'product_id' | 'slug', locale: Locale) =>
  statement(
    `product-by-${column}-${locale}`,
    `select ${productText(locale)} as text from shelf s where s.listed and s.${column} = $1`,
  );
const statements = {
  id: { vi: selectProduct('product_id', 'vi'), en: selectProduct('product_id', 'en') },
  slug: { vi: selectProduct('slug', 'vi'), en: selectProduct('slug', 'en') },
};

export class ViewProduct extends Query<JsonAnswer> {
  constructor(
    readonly idOrSlug: string,
    readonly locale: Locale,
    /** Load the product even if there is a cached copy. */
    readonly skipCache = false,
  ) {
    super();
  }
}

@QueryHandler(ViewProduct)
export class ViewProductHandler implements IQueryHandler<ViewProduct, JsonAnswer> {
  constructor(
    private readonly db: Database,
    private readonly cache: Cache,
  ) {}

  async execute({ idOrSlug, locale, skipCache }: ViewProduct): Promise<JsonAnswer> {
    const found = await this.cache[skipCache ? 'refresh' : 'remember'](
      { kind: 'product', key: `${idOrSlug}:${locale}`, tags: [tags.labels, tags.product(idOrSlug)], seconds: 3600 },
      () => this.read(idOrSlug, locale),
    );
    if (found === null) throw new NotFound('product');
    return found;
  }

  private async read(idOrSlug: string, locale: Locale): Promise<JsonAnswer | null> {
    const sql = statements[isUuid(idOrSlug) ? 'id' : 'slug'][locale];
    const [row] = await this.db.query<{ text: string }>(sql, [idOrSlug]);
    return row ? toJsonAnswer(row.text) : null;
  }
}
