import type { Uuid } from '#kernel';

import type { Term } from './vocabulary';

export interface SearchFilters {
  readonly category?: string;
  readonly brand?: string;
  readonly minPrice?: number;
  readonly maxPrice?: number;
  readonly available?: boolean;
}
/** The values by which a hit is sorted. A cursor consists of the same values. */
export type HitPlace = readonly [score: number, popularity: number, id: Uuid];

export interface SearchRequest {
  /** A product must match all terms. */
  readonly terms: readonly Term[];
  readonly filters: SearchFilters;
  readonly limit: number;
  readonly after?: HitPlace;
}

/** The number of products for each value of a facet. A facet applies all filters except its own filter. */
export interface FacetCounts {
  readonly category: Readonly<Record<string, number>>;
  readonly brand: Readonly<Record<string, number>>;
  /** By the lower bound of the price band. */
  readonly price: Readonly<Record<string, number>>;
  readonly availability: Readonly<Record<string, number>>;
}

export interface SearchResult {
  readonly hits: readonly HitPlace[];
  readonly hasMore: boolean;
  /** Counted up to `COUNTED_UP_TO`. */
  readonly total: number;
  readonly facets: FacetCounts;
}

export const COUNTED_UP_TO = 1_000;
/** The score of a term, by the field in which it is found. The score of a product is the sum over all terms. */
export const WEIGHTS = { name: 4, label: 2, all: 1 } as const;
/** Lower bounds in đồng. Each band ends where the next one begins. */
export const PRICE_BANDS = [0, 30_000, 50_000, 100_000, 200_000, 500_000] as const;

/** Finds products by their words. All adapters sort by score, then by sales, then by id. */
export abstract class ProductSearch {
  abstract search(request: SearchRequest): Promise<SearchResult>;
  /** Products with all terms in their names, sorted by sales. */
  abstract suggest(terms: readonly Term[], limit: number): Promise<Uuid[]>;
}
