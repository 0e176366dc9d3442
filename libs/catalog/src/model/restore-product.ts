import { DomainError, type Uuid } from '#kernel';

import type { Product, ProductChange } from './product';
import type { FieldFault } from './product-faults';
import { freeCode, skuOf } from './slug';

/** New values for a restored product. Its old category, brand or SKUs are perhaps deleted or taken. */
export interface RestoreRequest {
  readonly categoryId?: Uuid;
  readonly brandId?: Uuid;
  /** A new stem (the beginning of the SKUs). Variants whose SKU is taken get a new SKU that begins with this stem. */
  readonly sku?: string;
  readonly variants?: readonly { readonly id: Uuid; readonly sku: string }[];
}

/** Only archived products can be restored. */
export class NotArchived extends DomainError {
  constructor() {
    super('NOT_ARCHIVED', 'conflict', 'The product is not in the archive. Change it with PATCH.');
  }
}

/** Whether the product already has the requested values. If so, a repeated request is not an error. */
const isAlreadyRestored = (product: Product, { categoryId, brandId, sku, variants = [] }: RestoreRequest): boolean =>
  (categoryId ?? product.categoryId) === product.categoryId &&
  (brandId ?? product.brandId) === product.brandId &&
  (sku ?? product.sku) === product.sku &&
  variants.every((wanted) => product.variants.some(({ id, sku }) => id === wanted.id && sku === wanted.sku));

/**
 * The change that restores an archived product. If the product is no longer archived and has the requested values, the
 * change is empty. If it has other values, throws NotArchived.
 */
export function restoreProduct(product: Product, request: RestoreRequest, taken: ReadonlySet<string>): ProductChange {
  if (product.status !== 'removed') {
    if (!isAlreadyRestored(product, request)) throw new NotArchived();
    return {};
  }
  const { categoryId, brandId, sku, variants = [] } = request;
  const requested = new Map(variants.map((variant) => [variant.id, variant.sku]));
  const used = new Set([...taken, ...product.variants.map((variant) => variant.sku), ...requested.values()]);
  const restoredSku = (variant: Product['variants'][number], index: number): string => {
    if (sku === undefined || !taken.has(variant.sku)) return variant.sku;
    return freeCode(skuOf(sku, variant.name, String(index + 1)), used);
  };
  return {
    ...{ categoryId, brandId, sku },
    status: product.statusBefore ?? 'active',
    variants: product.variants.map((variant, index) => {
      const { id, name, type } = variant;
      return { id, name, type, sku: requested.get(id) ?? restoredSku(variant, index) };
    }),
  };
}

/** The faults of the variants in a request. The field names contain the positions of the variants in the request. */
export function restoreFaults(product: Product, { variants = [] }: RestoreRequest): FieldFault[] {
  const variantIds = new Set(product.variants.map(({ id }) => id));
  const requestedIds = new Set(variants.map(({ id }) => id));
  const skus = new Set(product.variants.filter(({ id }) => !requestedIds.has(id)).map(({ sku }) => sku));
  const seenIds = new Set<Uuid>();
  return variants.flatMap(({ id, sku }, index) => {
    const faults: FieldFault[] = [];
    if (!variantIds.has(id)) faults.push({ field: `variants.${index}.id`, code: 'part.unknown' });
    else if (seenIds.has(id)) faults.push({ field: `variants.${index}.id`, code: 'variant.repeated' });
    if (skus.has(sku)) faults.push({ field: `variants.${index}.sku`, code: 'sku.repeated' });
    seenIds.add(id);
    skus.add(sku);
    return faults;
  });
}

/**
 * The field of the request that caused a fault of a variant. If the request lists other variants but not the faulty
 * variant, the field is `sku` (the stem), because a new stem gives new SKUs to the variants that the request does not
 * list.
 */
export function fieldInRequest(field: string, product: Product, { variants = [] }: RestoreRequest): string {
  const [, index, part] = /^variants\.(\d+)\.(\w+)$/.exec(field) ?? [];
  if (index === undefined || variants.length === 0) return field;
  const place = variants.findIndex(({ id }) => id === product.variants[Number(index)]?.id);
  return place < 0 ? 'sku' : `variants.${place}.${part}`;
}
