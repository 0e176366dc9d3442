import type { Uuid } from '#kernel';

import type { Product, ProductChange } from './product';
import { freeCode, skuOf } from './slug';

/** What staff say when a product comes back to a shop that has changed meanwhile. */
export interface Restoring {
  readonly categoryId?: Uuid;
  readonly brandId?: Uuid;
  /** Another stem; variants whose SKU is taken get one that begins with it. */
  readonly sku?: string;
  readonly variants?: readonly { readonly id: Uuid; readonly sku: string }[];
}

/** The change that brings an archived product back; nothing when it is not archived. */
export function restoreProduct(product: Product, wish: Restoring, taken: ReadonlySet<string>): ProductChange {
  if (product.status !== 'removed') return {};
  const { categoryId, brandId, sku } = wish;
  const codes = new Set([...taken, ...product.variants.map((variant) => variant.sku)]);
  const skuAfter = (variant: Product['variants'][number], index: number): string => {
    const wished = wish.variants?.find(({ id }) => id === variant.id)?.sku;
    if (wished !== undefined) return wished;
    if (sku === undefined || !taken.has(variant.sku)) return variant.sku;
    return freeCode(skuOf(sku, variant.name, String(index + 1)), codes);
  };
  const known = new Set(product.variants.map(({ id }) => id));
  const strangers = (wish.variants ?? []).filter(({ id }) => !known.has(id));
  return {
    ...{ categoryId, brandId, sku },
    status: product.statusBefore ?? 'active',
    variants: [
      ...product.variants.map(({ id, name, type, ...variant }, index) => ({
        ...{ id, name, type },
        sku: skuAfter({ id, name, type, ...variant }, index),
      })),
      ...strangers.map(({ id, sku: wished }) => ({ id, name: wished, type: 'unknown', sku: wished })), // refused by its id
    ],
  };
}
