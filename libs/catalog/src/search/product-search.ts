import type { Uuid } from '#kernel';

import type { Term } from './vocabulary';

export interface SearchFilters {
  readonly category?: string;
  readonly brand?: string;
  readonly minPrice?: number;
  readonly maxPrice?: number;
  readonly available?: boolean;
}
/** A hit's place in the order: score, popularity, id. */
export type HitPlace = readonly [score: number, popularity: number, id: Uuid];

export interface SearchRequest {
  /** All of them must be found. */
  readonly terms: readonly Term[];
  readonly filters: SearchFilters;
  readonly limit: number;
  readonly after?: HitPlace;
}

/** Counts by value. Each facet counts what the other filters leave. */
export interface FacetCounts {
  readonly category: Readonly<Record<string, number>>;
  readonly brand: Readonly<Record<string, number>>;
  /** By the lower bound of the band. */
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
/** The score of a word, by where it is found. The sum over all terms is the score of a product. */
export const WEIGHTS = { name: 4, label: 2, all: 1 } as const;
/** Lower bounds in đồng. Each band ends where the next one begins. */
export const PRICE_BANDS = [0, 30_000, 50_000, 100_000, 200_000, 500_000] as const;

/** Finds products by their words. The best first, then the most bought, then by id: the same in every adapter. */
export abstract class ProductSearch {
  abstract search(request: SearchRequest): Promise<SearchResult>;
  /** Products with all the terms in their names, the most bought first. */
  abstract suggest(terms: readonly Term[], limit: number): Promise<Uuid[]>;
}
