import { z } from 'zod';

import type { Locale } from '../shelf/locale';
import { PRICE_BANDS, type FacetCounts } from './product-search';

const FacetShape = z.array(
  z.object({
    value: z.string().meta({ example: 'coffee-espresso' }),
    label: z.string().meta({ example: 'Cà phê' }),
    count: z.int().meta({ example: 12 }),
  }),
);
export const SearchMetaShape = z.object({
  nextCursor: z.string().nullable(),
  hasMore: z.boolean(),
  total: z.int().meta({ description: 'Counted up to 1,000.', example: 12 }),
  totalIsExact: z.boolean(),
  facets: z
    .object({ category: FacetShape, brand: FacetShape, price: FacetShape, availability: FacetShape })
    .meta({ description: 'A price is `from-to` in đồng: its bounds are `minPrice` and `maxPrice`.' }),
});
export type Facets = z.infer<typeof SearchMetaShape>['facets'];
type Facet = Facets['category'];

/** Names of categories and brands, by slug. */
export interface Labels {
  readonly category: Readonly<Record<string, string>>;
  readonly brand: Readonly<Record<string, string>>;
}

const availability = {
  vi: { available: 'Còn hàng', unavailable: 'Hết hàng' },
  en: { available: 'In stock', unavailable: 'Sold out' },
} as const;

const byCount = (counts: Readonly<Record<string, number>>, label: (value: string) => string): Facet =>
  Object.entries(counts)
    .map(([value, count]) => ({ value, label: label(value), count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));

const dong = (amount: number): string => `${String(amount).replace(/\B(?=(\d{3})+$)/g, '.')} ₫`;

function prices(counts: Readonly<Record<string, number>>, locale: Locale): Facet {
  return PRICE_BANDS.flatMap((from, index) => {
    const count = counts[String(from)] ?? 0;
    const next = PRICE_BANDS[index + 1];
    if (count === 0) return [];
    if (next === undefined)
      return [{ value: `${from}-`, label: `${locale === 'vi' ? 'Từ' : 'From'} ${dong(from)}`, count }];
    return [{ value: `${from}-${next - 1}`, label: `${dong(from)} – ${dong(next - 1)}`, count }];
  });
}

/** The facets with the names of their values. The highest counts come first, but prices are sorted from low to high. */
export const facetsOf = (counts: FacetCounts, labels: Labels, locale: Locale): Facets => ({
  category: byCount(counts.category, (slug) => labels.category[slug] ?? slug),
  brand: byCount(counts.brand, (slug) => labels.brand[slug] ?? slug),
  price: prices(counts.price, locale),
  availability: byCount(counts.availability, (value) => availability[locale][value as 'available'] ?? value),
});
