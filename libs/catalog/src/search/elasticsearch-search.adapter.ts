import { Injectable } from '@nestjs/common';
import { ElasticsearchService } from '@nestjs/elasticsearch';

import type { Uuid } from '#kernel';

import {
  COUNTED_UP_TO,
  PRICE_BANDS,
  ProductSearch,
  WEIGHTS,
  type FacetCounts,
  type HitPlace,
  type SearchFilters,
  type SearchRequest,
  type SearchResult,
} from './product-search';
import type { Term } from './vocabulary';

type Clause = Record<string, unknown>;
type Field = keyof typeof WEIGHTS;

const fieldClause = (field: Field, { words, prefix }: Term): Clause =>
  prefix
    ? { bool: { should: words.map((word) => ({ prefix: { [field]: word } })), minimum_should_match: 1 } }
    : { terms: { [field]: words } };

/** The score of a term is the highest weight of the fields in which one of its words is found. */
const scoreClause = (term: Term): Clause => ({
  dis_max: {
    queries: (Object.keys(WEIGHTS) as Field[]).map((field) => ({
      constant_score: { filter: fieldClause(field, term), boost: WEIGHTS[field] },
    })),
  },
});

const dimensions = ['category', 'brand', 'price', 'availability'] as const;
type Dimension = (typeof dimensions)[number];

function filterOf(dimension: Dimension, filters: SearchFilters): Clause[] {
  switch (dimension) {
    case 'category':
      return filters.category === undefined ? [] : [{ term: { category: filters.category } }];
    case 'brand':
      return filters.brand === undefined ? [] : [{ term: { brand: filters.brand } }];
    case 'price':
      return [{ range: { price: { gte: filters.minPrice ?? 0, lte: filters.maxPrice ?? Number.MAX_SAFE_INTEGER } } }];
    case 'availability':
      return filters.available === undefined ? [] : [{ term: { inStock: filters.available } }];
  }
}
const filtersExcept = (except: Dimension | undefined, filters: SearchFilters): Clause[] =>
  dimensions.filter((dimension) => dimension !== except).flatMap((dimension) => filterOf(dimension, filters));

const values: Record<Dimension, Clause> = {
  category: { terms: { field: 'category', size: 200 } },
  brand: { terms: { field: 'brand', size: 500 } },
  price: {
    range: {
      field: 'price',
      ranges: PRICE_BANDS.map((from, index) => ({ key: String(from), from, to: PRICE_BANDS[index + 1] })),
    },
  },
  availability: { terms: { field: 'inStock' } },
};
const facetsOf = (filters: SearchFilters): Clause =>
  Object.fromEntries(
    dimensions.map((dimension) => [
      dimension,
      { filter: { bool: { filter: filtersExcept(dimension, filters) } }, aggs: { values: values[dimension] } },
    ]),
  );

interface Bucket {
  readonly key: string | number;
  readonly key_as_string?: string;
  readonly doc_count: number;
}
const inStockNames: Record<string, string> = { true: 'available', false: 'unavailable' };

const countsOf = (dimension: Dimension, buckets: readonly Bucket[]): Record<string, number> =>
  Object.fromEntries(
    buckets
      .filter(({ doc_count: count }) => count > 0)
      .map(({ key, key_as_string: text, doc_count: count }) => [
        dimension === 'availability' ? inStockNames[text ?? String(key)] : String(key),
        Math.min(count, COUNTED_UP_TO),
      ]),
  );

/**
 * Searches the index that `index-shelf` writes. The words in the index are folded already. So Elasticsearch does not
 * analyse the words.
 */
@Injectable()
export class ElasticsearchSearch extends ProductSearch {
  constructor(
    private readonly elasticsearch: ElasticsearchService,
    private readonly index: string,
  ) {
    super();
  }

  async search({ terms, filters, limit, after }: SearchRequest): Promise<SearchResult> {
    const response = await this.elasticsearch.search(
      {
        index: this.index,
        size: limit + 1,
        _source: false,
        track_total_hits: COUNTED_UP_TO,
        query: { bool: { must: terms.map(scoreClause) } },
        post_filter: { bool: { filter: filtersExcept(undefined, filters) } },
        sort: [{ _score: 'desc' }, { popularity: 'desc' }, { id: 'asc' }],
        ...(after && { search_after: [...after] }),
        aggs: facetsOf(filters),
      } as never,
      TIMEOUT,
    );
    const hits = response.hits.hits.map(({ sort }) => sort as unknown as HitPlace);
    const total = response.hits.total as { value: number };
    const aggregations = response.aggregations as unknown as Record<Dimension, { values: { buckets: Bucket[] } }>;
    const facets = Object.fromEntries(
      dimensions.map((dimension) => [dimension, countsOf(dimension, aggregations[dimension].values.buckets)]),
    );
    return {
      hits: hits.slice(0, limit),
      hasMore: hits.length > limit,
      total: Math.min(total.value, COUNTED_UP_TO),
      facets: facets as unknown as FacetCounts,
    };
  }

  async suggest(terms: readonly Term[], limit: number): Promise<Uuid[]> {
    const response = await this.elasticsearch.search(
      {
        index: this.index,
        size: limit,
        _source: false,
        track_total_hits: false,
        query: { bool: { filter: terms.map((term) => fieldClause('name', term)) } },
        sort: [{ popularity: 'desc' }, { id: 'asc' }],
      } as never,
      TIMEOUT,
    );
    return response.hits.hits.map(({ _id }) => _id!);
  }
}

/** If Elasticsearch takes longer, Postgres is searched. */
const TIMEOUT = { requestTimeout: 800, maxRetries: 0 };
