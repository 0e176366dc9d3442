import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';

import { Cache } from '#platform/cache';

import { areWordsCacheable } from '../shelf/cacheable-answers';
import type { Locale } from '../shelf/locale';
import type { ProductView } from '../shelf/product-view';
import { toJsonAnswer, type JsonAnswer } from '../shelf/json-answer';
import { tags } from '../shelf/shelf-tags';
import { Shelf } from '../shelf/shelf.store';
import { foldedQuery } from '../model/folding';
import { ProductSearch } from './product-search';
import { Vocabularies } from './vocabularies.query';

export class SuggestProducts extends Query<JsonAnswer> {
  constructor(
    readonly q: string,
    readonly limit: number,
    readonly locale: Locale,
  ) {
    super();
  }
}

/** How many products are read for each suggestion. Products whose names begin with the text come first. */
const READ_PER_SUGGESTION = 4;

/** Puts names that begin with the typed text first. The order within the two groups does not change. */
function prefixMatchesFirst<T extends { text: string }>(q: string, found: readonly T[]): T[] {
  const begins = ({ text }: T) => foldedQuery(text).startsWith(q);
  return [...found.filter(begins), ...found.filter((one) => !begins(one))];
}

@QueryHandler(SuggestProducts)
export class SuggestProductsHandler implements IQueryHandler<SuggestProducts, JsonAnswer> {
  constructor(
    private readonly searches: ProductSearch,
    private readonly vocabularies: Vocabularies,
    private readonly shelf: Shelf,
    private readonly cache: Cache,
  ) {}

  async execute({ q: typed, limit, locale }: SuggestProducts): Promise<JsonAnswer> {
    const q = foldedQuery(typed);
    if (!areWordsCacheable(q)) return this.find(q, limit, locale);
    const entry = { kind: 'suggest', key: `${locale}:${limit}:${q}`, tags: [tags.products], seconds: 300 };
    return (await this.cache.remember(entry, () => this.find(q, limit, locale)))!;
  }

  private async find(q: string, limit: number, locale: Locale): Promise<JsonAnswer> {
    const terms = (await this.vocabularies.current()).readTyping(q);
    const ids = terms.length === 0 ? [] : await this.searches.suggest(terms, limit * READ_PER_SUGGESTION);
    const texts = await this.shelf.texts(ids, locale);
    const found = texts.map(({ id, text }) => ({
      text: (JSON.parse(text) as ProductView).name,
      productId: id,
    }));
    return toJsonAnswer(JSON.stringify(prefixMatchesFirst(q, found).slice(0, limit)));
  }
}
