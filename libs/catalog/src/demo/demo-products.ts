import { derivedId } from '#kernel';

import type { Product } from '../model/product';
import { createProduct } from '../model/shelve-product';
import { slugOf } from '../model/slug';
import type { DemoProduct } from './demo-product';
import { demoDrinks } from './demo-drinks';
import { demoGoods } from './demo-goods';
import { brandId, categoryId, DEMO } from './demo-labels';
import { demoModifiers } from './demo-modifiers';
import { demoSizes } from './demo-sizes';

function toProduct(demo: DemoProduct): Product {
  const slug = slugOf(demo.name, 'x');
  return createProduct(derivedId(DEMO, 'product', slug), slug, {
    name: demo.name,
    description: demo.text,
    basePrice: demo.price,
    categoryId: categoryId(demo.category),
    brandId: brandId(demo.brand),
    featured: demo.featured ?? false,
    variants: demoSizes[demo.sizes],
    modifiers: demoModifiers[demo.modifiers],
    translations: { en: { name: demo.nameEn, description: demo.textEn } },
  });
}

/** The products of the demo shop, best sellers first. */
export const demoProducts = (): Product[] => [...demoDrinks, ...demoGoods].map(toProduct);
