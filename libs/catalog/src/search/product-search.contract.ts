import { demoBrands, demoCategories } from '../demo/demo-labels';
import { demoProducts } from '../demo/demo-products';
import { shelfRow } from '../shelf/shelf-row';
import {
  PRICE_BANDS,
  WEIGHTS,
  type HitPlace,
  type ProductSearch,
  type SearchFilters,
  type SearchRequest,
  type SearchResult,
} from './product-search';
import { Vocabulary, type Term } from './vocabulary';

/** The demo's products, with different sales and availability, so that the sort order and the facets can be tested. */
export const searchedShelf = demoProducts().map((product, index) => {
  const category = demoCategories.find(({ id }) => id === product.categoryId)!;
  const brand = demoBrands.find(({ id }) => id === product.brandId)!;
  const { row } = shelfRow(product, category, brand, null, new Date(0));
  const words = [...row.words.matchAll(/'([^']+)':1([ABC])/g)].map(([, word, weight]) => ({ word: word, weight }));
  const wordsWithWeight = (weight: string) => words.filter((one) => one.weight === weight).map(({ word }) => word);
  return {
    id: product.id,
    listed: true,
    revision: 1,
    name: wordsWithWeight('A'),
    label: wordsWithWeight('B'),
    all: words.map(({ word }) => word),
    category: row.category,
    brand: row.brand,
    price: row.price,
    inStock: index % 5 !== 0,
    popularity: (index * 7) % 13,
  };
});
type Searched = (typeof searchedShelf)[number];

const matches = (words: readonly string[], term: Term): boolean =>
  term.words.some((wanted) => words.some((word) => (term.prefix ? word.startsWith(wanted) : word === wanted)));
const scoreOf = (one: Searched, term: Term): number =>
  matches(one.name, term)
    ? WEIGHTS.name
    : matches(one.label, term)
      ? WEIGHTS.label
      : matches(one.all, term)
        ? WEIGHTS.all
        : NaN;

const inOrder = (a: HitPlace, b: HitPlace): number => b[0] - a[0] || b[1] - a[1] || (a[2] < b[2] ? -1 : 1);

const fits = {
  category: (one: Searched, { category }: SearchFilters) => category === undefined || one.category === category,
  brand: (one: Searched, { brand }: SearchFilters) => brand === undefined || one.brand === brand,
  price: (one: Searched, { minPrice = 0, maxPrice = Infinity }: SearchFilters) =>
    one.price >= minPrice && one.price <= maxPrice,
  availability: (one: Searched, { available }: SearchFilters) => available === undefined || one.inStock === available,
};
const values = {
  category: (one: Searched) => one.category,
  brand: (one: Searched) => one.brand,
  price: (one: Searched) => String(PRICE_BANDS.findLast((from) => from <= one.price)),
  availability: (one: Searched) => (one.inStock ? 'available' : 'unavailable'),
};
type Dimension = keyof typeof fits;
const dimensions = Object.keys(fits) as Dimension[];

/** A simple implementation of the search. Each adapter must return exactly the same results. */
function simpleSearch({ terms, filters, limit, after }: SearchRequest): SearchResult {
  const found = searchedShelf.filter((one) => terms.every((term) => scoreOf(one, term) > 0));
  const matching = (except?: Dimension) =>
    found.filter((one) => dimensions.every((dimension) => dimension === except || fits[dimension](one, filters)));
  const count = (dimension: Dimension) => {
    const counts: Record<string, number> = {};
    for (const one of matching(dimension)) counts[values[dimension](one)] = (counts[values[dimension](one)] ?? 0) + 1;
    return counts;
  };
  const places = matching()
    .map((one): HitPlace => [terms.reduce((sum, term) => sum + scoreOf(one, term), 0), one.popularity, one.id])
    .sort(inOrder)
    .filter((place) => after === undefined || inOrder(after, place) < 0);
  return {
    hits: places.slice(0, limit),
    hasMore: places.length > limit,
    total: matching().length,
    facets: {
      category: count('category'),
      brand: count('brand'),
      price: count('price'),
      availability: count('availability'),
    },
  };
}

const queries = [
  'ca phe sua da',
  'tra',
  'tea',
  'banh mi',
  'matcha',
  'cofee',
  'ca ph',
  'hat',
  'xyzzy',
  'da lat',
  'phuc long',
];
const filterCases: SearchFilters[] = [
  {},
  { category: 'tea-beverages' },
  { brand: 'goc-pho', minPrice: 30_000 },
  { maxPrice: 45_000, available: true },
  { available: false },
];
const vocabulary = new Vocabulary(searchedShelf.flatMap(({ all }) => all));

export function productSearchContract(adapter: () => ProductSearch): void {
  it.each(queries.flatMap((q) => filterCases.map((filters) => [q, filters] as const)))(
    'finds, sorts and counts products for “%s” with %j',
    async (q, filters) => {
      const request = { terms: vocabulary.read(q), filters, limit: 8 };
      expect(await adapter().search(request)).toEqual(simpleSearch(request));
    },
  );

  it.each(queries)('continues after the previous page for “%s”', async (q) => {
    const request = { terms: vocabulary.read(q), filters: {}, limit: 3 };
    const after = simpleSearch(request).hits.at(-1);
    expect(await adapter().search({ ...request, after })).toEqual(simpleSearch({ ...request, after }));
  });

  it('finds products with any word that a misspelt word may mean', async () => {
    const request = { terms: vocabulary.readLoosely('tra sau'), filters: {}, limit: 50 };
    expect(await adapter().search(request)).toEqual(simpleSearch(request));
  });

  it.each(['bac x', 'tra d', 'c', 'late', 'xyzzy'])('suggests by name for “%s”', async (q) => {
    const terms = vocabulary.readTyping(q);
    const named = searchedShelf.filter(({ name }) => terms.every((term) => matches(name, term)));
    const wanted = named.map(({ popularity, id }): HitPlace => [0, popularity, id]).sort(inOrder);
    expect(await adapter().suggest(terms, 6)).toEqual(wanted.slice(0, 6).map(([, , id]) => id));
  });
}
