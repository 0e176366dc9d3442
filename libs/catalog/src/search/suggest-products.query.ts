import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';

import { Cache } from '#platform/cache';

import type { Locale } from '../shelf/locale';
import type { ProductView } from '../shelf/product-view';
import { ready, type Ready } from '../shelf/ready';
import { tags } from '../shelf/shelf-tags';
import { Shelf } from '../shelf/shelf.store';
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

@QueryHandler(SuggestProducts)
export class SuggestProductsHandler implements IQueryHandler<SuggestProducts, Ready> {
  constructor(
    private readonly searches: ProductSearch,
    private readonly vocabularies: Vocabularies,
    private readonly shelf: Shelf,
    private readonly cache: Cache,
  ) {}

  async execute({ q, limit, locale }: SuggestProducts): Promise<Ready> {
    const about = { kind: 'suggest', key: `${locale}:${limit}:${q}`, tags: [tags.products], seconds: 300 };
    const found = await this.cache.remember(about, async () => {
      const terms = (await this.vocabularies.current()).readTyping(q);
      const ids = terms.length === 0 ? [] : await this.searches.suggest(terms, limit);
      const texts = await this.shelf.texts(ids, locale);
      const suggestions = texts.map(({ id, text }) => ({
        text: (JSON.parse(text) as ProductView).name,
        productId: id,
      }));
      return ready(JSON.stringify(suggestions));
    });
    return found!;
  }
}
