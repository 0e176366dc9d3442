import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';

import { Cache } from '#platform/cache';
import { Database } from '#database';
import { cursorFrom } from '#platform/http';

import { areWordsCacheable, isCacheable, cacheKeyOf } from '../shelf/cacheable-answers';
import type { Locale } from '../shelf/locale';
import type { ProductView } from '../shelf/product-view';
import { toJsonAnswer, withMember, type JsonAnswer } from '../shelf/json-answer';
import { tags } from '../shelf/shelf-tags';
import { Shelf } from '../shelf/shelf.store';
import { facetsOf, type Labels } from './facets';
import { foldedQuery } from '../model/folding';
import { highlight, matcherOf } from './highlight';
import { COUNTED_UP_TO, ProductSearch, type HitPlace, type SearchFilters, type SearchResult } from './product-search';
import { Vocabularies } from './vocabularies.query';

export interface SearchInput {
  readonly q: string;
  readonly filters: SearchFilters;
  readonly limit: number;
  readonly after?: HitPlace;
  /** From the cursor: true if the exact words found nothing, so the next pages search similar words too. */
  readonly loosely?: boolean;
}

export class SearchProducts extends Query<JsonAnswer> {
  constructor(
    readonly input: SearchInput,
    readonly locale: Locale,
  ) {
    super();
  }
}

const noResult: SearchResult = {
  hits: [],
  hasMore: false,
  total: 0,
  facets: { category: {}, brand: {}, price: {}, availability: {} },
};

@QueryHandler(SearchProducts)
export class SearchProductsHandler implements IQueryHandler<SearchProducts, JsonAnswer> {
  constructor(
    private readonly searches: ProductSearch,
    private readonly vocabularies: Vocabularies,
    private readonly shelf: Shelf,
    private readonly db: Database,
    private readonly cache: Cache,
  ) {}

  async execute({ input, locale }: SearchProducts): Promise<JsonAnswer> {
    const search = { ...input, q: foldedQuery(input.q) };
    const filters = { ...search.filters, limit: search.limit };
    if (!isCacheable(filters, search.after) || !areWordsCacheable(search.q)) return this.find(search, locale);
    const key = `${locale}:${cacheKeyOf(filters)}:${search.q}`;
    const entry = { kind: 'search', key, tags: [tags.products, tags.stock], seconds: 60 };
    return (await this.cache.remember(entry, () => this.find(search, locale)))!;
  }

  private async find(search: SearchInput, locale: Locale): Promise<JsonAnswer> {
    const { found, terms, loosely } = await this.hits(search);
    const isMatch = matcherOf(terms);
    const [texts, labels] = await Promise.all([
      this.shelf.texts(
        found.hits.map(([, , id]) => id),
        locale,
      ),
      this.labels(locale),
    ]);
    const last = found.hits.at(-1);
    return toJsonAnswer(`[${texts.map(({ text }) => withHighlight(text, isMatch)).join(',')}]`, {
      nextCursor: found.hasMore && last ? cursorFrom([...last, loosely]) : null,
      hasMore: found.hasMore,
      total: found.total,
      totalIsExact: found.total < COUNTED_UP_TO,
      facets: facetsOf(found.facets, labels, locale),
    });
  }

  private async hits({ q, loosely = false, ...search }: SearchInput) {
    const vocabulary = await this.vocabularies.current();
    const terms = loosely ? vocabulary.readLoosely(q) : vocabulary.read(q);
    const found = terms.length === 0 ? noResult : await this.searches.search({ terms, ...search });
    const foundNothing = Object.keys(found.facets.category).length + found.hits.length === 0;
    if (loosely || search.after || !foundNothing || terms.length === 0) return { found, terms, loosely };
    const looseTerms = vocabulary.readLoosely(q);
    return { found: await this.searches.search({ terms: looseTerms, ...search }), terms: looseTerms, loosely: true };
  }

  private async labels(locale: Locale): Promise<Labels> {
    const entry = { kind: 'labels', key: locale, tags: [tags.labels], seconds: 3600 };
    const found = await this.cache.remember(entry, async () => {
      const name = locale === 'en' ? 'coalesce(name_en, name)' : 'name';
      const [row] = await this.db.query<Labels>(
        `select (select coalesce(json_object_agg(slug, ${name}), '{}') from categories) as category,
                (select coalesce(json_object_agg(slug, name), '{}') from brands) as brand`,
      );
      return row;
    });
    return found!;
  }
}

function withHighlight(text: string, isMatch: (word: string) => boolean): string {
  const { name, description } = JSON.parse(text) as ProductView;
  return withMember(text, 'highlight', {
    name: highlight(name, isMatch),
    description: highlight(description, isMatch),
  });
}
