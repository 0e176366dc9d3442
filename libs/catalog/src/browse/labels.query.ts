import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';

import { Cache } from '#platform/cache';
import { Database } from '#database';

import type { Locale } from '../shelf/locale';
import { toJsonAnswer, type JsonAnswer } from '../shelf/json-answer';
import { tags } from '../shelf/shelf-tags';

const categories = (locale: Locale) => `
  select coalesce(json_agg(json_build_object('id', c.id, 'slug', c.slug, 'name', ${
    locale === 'en' ? 'coalesce(c.name_en, c.name)' : 'c.name'
  }, 'description', c.description, 'position', c.position, 'products', (
    select count(*) from shelf s where s.listed and s.category = c.slug)) order by c.position, c.slug), '[]')::text as text
    from categories c`;
const brands = `
  select coalesce(json_agg(json_build_object('id', b.id, 'slug', b.slug, 'name', b.name, 'description', b.description,
    'products', (select count(*) from shelf s where s.listed and s.brand = b.slug)) order by b.name, b.slug), '[]')::text as text
    from brands b`;

export class ListLabels extends Query<JsonAnswer> {
  constructor(
    readonly of: 'categories' | 'brands',
    readonly locale: Locale,
    /** Load the list even if there is a cached copy. */
    readonly skipCache = false,
  ) {
    super();
  }
}

@QueryHandler(ListLabels)
export class ListLabelsHandler implements IQueryHandler<ListLabels, JsonAnswer> {
  constructor(
    private readonly db: Database,
    private readonly cache: Cache,
  ) {}

  async execute({ of, locale, skipCache }: ListLabels): Promise<JsonAnswer> {
    const entry = { kind: of, key: locale, tags: [tags.products, tags.labels], seconds: 3600 };
    const sql = of === 'brands' ? brands : categories(locale);
    const found = await this.cache[skipCache ? 'refresh' : 'remember'](entry, async () => {
      const [row] = await this.db.query<{ text: string }>(sql);
      return toJsonAnswer(row.text);
    });
    return found!;
  }
}
