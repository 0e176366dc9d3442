import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';

import { Cache } from '#platform/cache';

import type { Locale } from '../shelf/locale';
import type { ProductView } from '../shelf/product-view';
import { ready, type Ready } from '../shelf/ready';
import { tags } from '../shelf/shelf-tags';
import { Shelf } from '../shelf/shelf.store';
import { foldedQuery } from './folding';
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

/** So many are looked at for each one shown. */
const CONSIDERED = 4;

/** Names that read as what was typed come first, each half in the order it came. */
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
    const about = { kind: 'suggest', key: `${locale}:${limit}:${q}`, tags: [tags.products], seconds: 300 };
    const found = await this.cache.remember(about, async () => {
      const terms = (await this.vocabularies.current()).readTyping(q);
      const ids = terms.length === 0 ? [] : await this.searches.suggest(terms, limit * CONSIDERED);
      const texts = await this.shelf.texts(ids, locale);
      const found = texts.map(({ id, text }) => ({
        text: (JSON.parse(text) as ProductView).name,
        productId: id,
      }));
      return ready(JSON.stringify(asTyped(q, found).slice(0, limit)));
    });
    return found!;
  }
}
