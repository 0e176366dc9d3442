import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';

import { Cache } from '#platform/cache';

import { areKept } from '../shelf/kept-answers';
import type { Locale } from '../shelf/locale';
import type { ProductView } from '../shelf/product-view';
import { ready, type Ready } from '../shelf/ready';
import { tags } from '../shelf/shelf-tags';
import { Shelf } from '../shelf/shelf.store';
import { foldedQuery } from '../model/folding';
import { ProductSearch } from './product-search';
import { Vocabularies } from './vocabularies.query';

export class SuggestProducts extends Query<Ready> {
  constructor(
    readonly q: string,
    readonly limit: number,
    readonly locale: Locale,
  ) {
    super();
  }
}

/** How many products are read for each suggestion that is shown. */
const CONSIDERED = 4;

/** Puts names that begin with the typed text first. The order within the two groups does not change. */
function asTyped<T extends { text: string }>(q: string, found: readonly T[]): T[] {
  const begins = ({ text }: T) => foldedQuery(text).startsWith(q);
  return [...found.filter(begins), ...found.filter((one) => !begins(one))];
}

@QueryHandler(SuggestProducts)
export class SuggestProductsHandler implements IQueryHandler<SuggestProducts, Ready> {
  constructor(
    private readonly searches: ProductSearch,
    private readonly vocabularies: Vocabularies,
    private readonly shelf: Shelf,
    private readonly cache: Cache,
  ) {}

  async execute({ q: typed, limit, locale }: SuggestProducts): Promise<Ready> {
    const q = foldedQuery(typed);
    if (!areKept(q)) return this.find(q, limit, locale);
    const about = { kind: 'suggest', key: `${locale}:${limit}:${q}`, tags: [tags.products], seconds: 300 };
    return (await this.cache.remember(about, () => this.find(q, limit, locale)))!;
  }

  private async find(q: string, limit: number, locale: Locale): Promise<Ready> {
    const terms = (await this.vocabularies.current()).readTyping(q);
    const ids = terms.length === 0 ? [] : await this.searches.suggest(terms, limit * CONSIDERED);
    const texts = await this.shelf.texts(ids, locale);
    const found = texts.map(({ id, text }) => ({
      text: (JSON.parse(text) as ProductView).name,
      productId: id,
    }));
    return ready(JSON.stringify(asTyped(q, found).slice(0, limit)));
  }
}
