import type { FactoryProvider } from '@nestjs/common';
import { ElasticsearchService } from '@nestjs/elasticsearch';

import { Config } from '#platform/config';
import { Clock } from '#platform/system';

import { ShelfIndex } from '../index-shelf/shelf-index.adapter';
import { ElasticsearchSearch } from './elasticsearch-search.adapter';
import { FallbackSearch } from './fallback-search.adapter';
import { PostgresSearch } from './postgres-search.adapter';
import { ProductSearch } from './product-search';

/** The name of the index. If you change the mapping, increase the number at its end. */
const INDEX = 'coffee-tea-products-v1';

export const shelfIndex: FactoryProvider<ShelfIndex> = {
  provide: ShelfIndex,
  inject: [ElasticsearchService],
  useFactory: (elasticsearch: ElasticsearchService) => new ShelfIndex(elasticsearch, INDEX),
};

/** If Elasticsearch is configured: Elasticsearch, with Postgres as a fallback. Otherwise only Postgres. */
export const productSearch: FactoryProvider<ProductSearch> = {
  provide: ProductSearch,
  inject: [Config, PostgresSearch, ElasticsearchService, Clock],
  useFactory: (config: Config, postgres: PostgresSearch, elasticsearch: ElasticsearchService, clock: Clock) =>
    config.elasticsearchUrl === undefined
      ? postgres
      : new FallbackSearch(new ElasticsearchSearch(elasticsearch, INDEX), postgres, clock),
};
