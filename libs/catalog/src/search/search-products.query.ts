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
  /** True if the first page found nothing for the exact words, so similar words are searched too. */
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

const nothing: SearchResult = {
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

  async execute({ input: asked, locale }: SearchProducts): Promise<JsonAnswer> {
    const sought = { ...asked, q: foldedQuery(asked.q) };
    const chosen = { ...sought.filters, limit: sought.limit };
    if (!isCacheable(chosen, sought.after) || !areWordsCacheable(sought.q)) return this.find(sought, locale);
    const key = `${locale}:${cacheKeyOf(chosen)}:${sought.q}`;
    const about = { kind: 'search', key, tags: [tags.products, tags.stock], seconds: 60 };
    return (await this.cache.remember(about, () => this.find(sought, locale)))!;
  }

  private async find(sought: SearchInput, locale: Locale): Promise<JsonAnswer> {
    const { found, terms, loosely } = await this.hits(sought);
    const isMeant = matcherOf(terms);
    const [texts, labels] = await Promise.all([
      this.shelf.texts(
        found.hits.map(([, , id]) => id),
        locale,
      ),
      this.labels(locale),
    ]);
    const last = found.hits.at(-1);
    return toJsonAnswer(`[${texts.map(({ text }) => withHighlight(text, isMeant)).join(',')}]`, {
      nextCursor: found.hasMore && last ? cursorFrom([...last, loosely]) : null,
      hasMore: found.hasMore,
      total: found.total,
      totalIsExact: found.total < COUNTED_UP_TO,
      facets: facetsOf(found.facets, labels, locale),
    });
  }

  private async hits({ q, loosely = false, ...sought }: SearchInput) {
    const vocabulary = await this.vocabularies.current();
    const terms = loosely ? vocabulary.readLoosely(q) : vocabulary.read(q);
    const found = terms.length === 0 ? nothing : await this.searches.search({ terms, ...sought });
    const nothingAtAll = Object.keys(found.facets.category).length + found.hits.length === 0;
    if (loosely || sought.after || !nothingAtAll || terms.length === 0) return { found, terms, loosely };
    const looser = vocabulary.readLoosely(q);
    return { found: await this.searches.search({ terms: looser, ...sought }), terms: looser, loosely: true };
  }

  private async labels(locale: Locale): Promise<Labels> {
    const about = { kind: 'labels', key: locale, tags: [tags.labels], seconds: 3600 };
    const found = await this.cache.remember(about, async () => {
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

function withHighlight(text: string, isMeant: (word: string) => boolean): string {
  const { name, description } = JSON.parse(text) as ProductView;
  return withMember(text, 'highlight', {
    name: highlight(name, isMeant),
    description: highlight(description, isMeant),
  });
}
