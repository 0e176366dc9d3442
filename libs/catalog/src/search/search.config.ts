import type { FactoryProvider } from '@nestjs/common';
import { ElasticsearchService } from '@nestjs/elasticsearch';

import { Config } from '#platform/config';
import { Clock } from '#platform/system';

import { ShelfIndex } from '../index-shelf/shelf-index.adapter';
import { ElasticsearchSearch } from './elasticsearch-search.adapter';
import { FallbackSearch } from './fallback-search.adapter';
import { PostgresSearch } from './postgres-search.adapter';
import { ProductSearch } from './product-search';

/** The number rises with each change of the mapping. */
const INDEX = 'coffee-tea-products-v1';

export const shelfIndex: FactoryProvider<ShelfIndex> = {
  provide: ShelfIndex,
  inject: [ElasticsearchService],
  useFactory: (elasticsearch: ElasticsearchService) => new ShelfIndex(elasticsearch, INDEX),
};

/** Elasticsearch if it is configured, with Postgres as a fallback; else Postgres. */
export const productSearch: FactoryProvider<ProductSearch> = {
  provide: ProductSearch,
  inject: [Config, PostgresSearch, ElasticsearchService, Clock],
  useFactory: (config: Config, postgres: PostgresSearch, elasticsearch: ElasticsearchService, clock: Clock) =>
    config.elasticsearchUrl === undefined
      ? postgres
      : new FallbackSearch(new ElasticsearchSearch(elasticsearch, INDEX), postgres, clock),
};
