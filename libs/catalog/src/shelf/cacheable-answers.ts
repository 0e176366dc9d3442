import { PRICE_BANDS } from '../search/product-search';

/** The filters and the sort order of a list of products. */
export interface ListFilters {
  readonly category?: string;
  readonly brand?: string;
  readonly featured?: boolean;
  readonly available?: boolean;
  readonly minPrice?: number;
  readonly maxPrice?: number;
  readonly sort?: string;
  readonly limit: number;
}

const MAX_CACHED_LIMIT = 20;
const MAX_CACHED_WORDS_LENGTH = 60;

/** The prices at which a price band begins or ends. */
const bounds = PRICE_BANDS.flatMap((from) => [from, from - 1]);
const isBound = (price: number | undefined): boolean => price === undefined || bounds.includes(price);

/**
 * The cache key. Requests for the same list have the same key. The order of the filters does not matter, and a default
 * can be sent or left out.
 */
export const cacheKeyOf = ({
  category,
  brand,
  featured,
  available,
  minPrice,
  maxPrice,
  sort,
  limit,
}: ListFilters): string =>
  JSON.stringify([category, brand, featured, available, minPrice || undefined, maxPrice, sort, limit]);

/**
 * Whether a response is cached. Only first pages with usual price filters are cached. Other prices, later pages and
 * long lists are not cached, because there are too many of them and they are rarely requested twice.
 */
export const isCacheable = ({ minPrice, maxPrice, limit }: ListFilters, after?: unknown): boolean =>
  after === undefined && limit <= MAX_CACHED_LIMIT && isBound(minPrice) && isBound(maxPrice);

/** Whether responses for these search words are cached. */
export const areWordsCacheable = (words: string): boolean => words.length <= MAX_CACHED_WORDS_LENGTH;
