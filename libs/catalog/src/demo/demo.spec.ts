import { isUuid } from '#kernel';

import { productFaults } from '../model/product-faults';
import { demoBrands, demoCategories } from './demo-labels';
import { demoProducts } from './demo-products';

const products = demoProducts();
const all = <T>(of: (product: (typeof products)[number]) => readonly T[]): T[] => products.flatMap(of);

describe('The demo shop', () => {
  it('sells at least sixty products, each with two variants or more', () => {
    expect(products.length).toBeGreaterThanOrEqual(60);
    for (const { variants } of products) expect(variants.length).toBeGreaterThanOrEqual(2);
  });
  it('follows the rules for products', () => {
    for (const product of products) {
      expect(productFaults(product)).toEqual([]);
      expect(product.name.length).toBeGreaterThanOrEqual(3);
      expect(product.description.length).toBeGreaterThanOrEqual(10);
    }
  });
  it('has unique ids, slugs and SKUs, and is the same every time', () => {
    const ids = [
      ...all(({ id }) => [id]),
      ...all(({ variants }) => variants.map(({ id }) => id)),
      ...all(({ modifiers }) => modifiers.flatMap(({ id, options }) => [id, ...options.map((option) => option.id)])),
      ...[...demoCategories, ...demoBrands].map(({ id }) => id),
    ];
    expect(ids.every(isUuid)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(all(({ slug }) => [slug])).size).toBe(products.length);
    const skus = all(({ variants }) => variants.map(({ sku }) => sku));
    expect(new Set(skus).size).toBe(skus.length);
    expect(demoProducts()).toEqual(products);
  });
  it('has a category and a brand for each product, and featured products in the three menu categories', () => {
    const categories = new Map<string, string>(demoCategories.map(({ id, slug }) => [id, slug]));
    const brands = new Set<string>(demoBrands.map(({ id }) => id));
    for (const { categoryId, brandId } of products)
      expect([categories.has(categoryId!), brands.has(brandId!)]).toEqual([true, true]);
    const featured = new Set(
      products.filter((product) => product.featured).map((product) => categories.get(product.categoryId!)),
    );
    expect([...featured]).toEqual(expect.arrayContaining(['coffee-espresso', 'tea-beverages', 'food-snacks']));
  });
});
