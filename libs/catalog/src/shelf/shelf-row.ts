import { vnd, type Uuid } from '#kernel';

import type { Product } from '../model/product';
import { foldedWords } from '../model/folding';
import { searchWords, type SearchWords } from '../search/search-words';
import type { ProductHead } from './product-view';

type Locale = 'vi' | 'en';

export interface Label {
  readonly id: Uuid;
  readonly slug: string;
  readonly name: string;
  readonly nameEn?: string | null;
}

/** A row of the shelf: the read model of a product for customers. */
export interface ShelfRow {
  readonly product_id: Uuid;
  readonly slug: string;
  readonly listed: boolean;
  readonly listed_at: string;
  readonly category: string;
  readonly brand: string;
  readonly featured: boolean;
  readonly price: number;
  readonly sort_vi: string;
  readonly sort_en: string;
  readonly head_vi: string;
  readonly head_en: string;
  readonly words: string;
}

const localName = (thing: { name: string; nameEn?: string | null }, locale: Locale): string =>
  locale === 'en' ? (thing.nameEn ?? thing.name) : thing.name;

const label = (from: Label, locale: Locale) => ({ id: from.id, slug: from.slug, name: localName(from, locale) });

function headOf(product: Product, category: Label, brand: Label, story: string | null, locale: Locale): ProductHead {
  return {
    id: product.id,
    slug: product.slug,
    name: localName(product, locale),
    description: locale === 'en' ? (product.descriptionEn ?? product.description) : product.description,
    story,
    category: label(category, locale),
    brand: label(brand, locale),
    featured: product.featured,
    imageUrl: product.imageUrl,
    price: vnd(lowestPrice(product)),
    modifiers: product.modifiers.map((group) => ({
      id: group.id,
      name: localName(group, locale),
      min: group.min,
      max: group.max,
      options: group.options.map((option) => ({
        id: option.id,
        name: localName(option, locale),
        price: vnd(option.price),
        max: option.max,
        default: option.default,
      })),
    })),
  };
}

const lowestPrice = (product: Product): number => Math.min(...product.variants.map(({ price }) => price));

/** The words as a tsvector: weight A in a name, B in a label, C elsewhere. Words are letters and digits only. */
function vectorOf({ name, label: labels, all }: SearchWords): string {
  const inNames = new Set(name);
  const inLabels = new Set(labels);
  return all.map((word) => `'${word}':1${inNames.has(word) ? 'A' : inLabels.has(word) ? 'B' : 'C'}`).join(' ');
}

export interface ShelfEntry {
  readonly row: ShelfRow;
  readonly words: readonly string[];
}

/** The product's row on the shelf, and its words. `story` is the rich text, with allowed HTML only. */
export function shelfRow(
  product: Product,
  category: Label,
  brand: Label,
  story: string | null,
  listedAt: Date,
): ShelfEntry {
  const words = searchWords({
    names: [product.name, product.nameEn ?? ''],
    labels: [category.name, category.nameEn ?? '', brand.name, product.sku],
    texts: [product.description, product.descriptionEn ?? ''],
  });
  const head = (locale: Locale) => JSON.stringify(headOf(product, category, brand, story, locale));
  return {
    words: words.all,
    row: {
      product_id: product.id,
      slug: product.slug,
      listed: product.status === 'active',
      listed_at: listedAt.toISOString(),
      category: category.slug,
      brand: brand.slug,
      featured: product.featured,
      price: lowestPrice(product),
      sort_vi: foldedWords(localName(product, 'vi')).join(' '),
      sort_en: foldedWords(localName(product, 'en')).join(' '),
      head_vi: head('vi'),
      head_en: head('en'),
      words: vectorOf(words),
    },
  };
}
