import { PRICE_BANDS } from '../search/product-search';

/** The filters and the sort order of a list of products. */
export interface Chosen {
  readonly category?: string;
  readonly brand?: string;
  readonly featured?: boolean;
  readonly available?: boolean;
  readonly minPrice?: number;
  readonly maxPrice?: number;
  readonly sort?: string;
  readonly limit: number;
}

const MOST_KEPT = 20;
const LONGEST_WORDS = 60;

const bounds = PRICE_BANDS.flatMap((from) => [from, from - 1]);
const isBound = (price: number | undefined): boolean => price === undefined || bounds.includes(price);

/**
 * One key for all ways to ask for the same: the order of filters, and defaults that are sent or left out, make no
 * difference.
 */
export const keyOf = ({ category, brand, featured, available, minPrice, maxPrice, sort, limit }: Chosen): string =>
  JSON.stringify([category, brand, featured, available, minPrice || undefined, maxPrice, sort, limit]);

/**
 * Whether an answer is worth caching: the first page of a list that many ask for. Unusual prices, later pages and
 * long lists are not cached, because there are too many of them, and they are rarely asked for twice.
 */
export const isKept = ({ minPrice, maxPrice, limit }: Chosen, after?: unknown): boolean =>
  after === undefined && limit <= MOST_KEPT && isBound(minPrice) && isBound(maxPrice);

/** The same for search words. */
export const areKept = (words: string): boolean => words.length <= LONGEST_WORDS;
