import { derivedId, type Uuid } from '#kernel';

import type { GroupDraft, ModifierGroup, Product, ProductDraft, Variant, VariantDraft } from './product';
import { skuOf } from './slug';

/** Groups and options keep their ids as long as they keep their names: carts hold on to them. */
export function modifierGroups(
  productId: Uuid,
  drafts: readonly GroupDraft[],
  known: readonly ModifierGroup[] = [],
): ModifierGroup[] {
  return drafts.map((draft) => {
    const before = known.find(({ name }) => name === draft.name);
    const id = before?.id ?? derivedId(productId, 'modifiers', draft.name);
    return {
      id,
      name: draft.name,
      nameEn: draft.nameEn ?? null,
      min: draft.min ?? 0,
      max: draft.max ?? 1,
      options: draft.options.map((option) => ({
        id: before?.options.find(({ name }) => name === option.name)?.id ?? derivedId(id, 'option', option.name),
        name: option.name,
        nameEn: option.nameEn ?? null,
        price: option.price ?? 0,
        max: option.max ?? 1,
        default: option.default ?? false,
      })),
    };
  });
}

function freeSku(wish: string, taken: Set<string>): string {
  let sku = wish;
  for (let n = 2; taken.has(sku); n++) sku = `${wish}-${n}`;
  taken.add(sku);
  return sku;
}

/** Variants are known again by id, else by SKU, else by type and name; whoever is not known is new. */
export function variantsOf(
  product: { readonly id: Uuid; readonly sku: string; readonly basePrice: number },
  drafts: readonly VariantDraft[],
  known: readonly Variant[] = [],
): Variant[] {
  const same = (draft: VariantDraft) =>
    known.find(({ id }) => id === draft.id) ??
    known.find(({ sku }) => sku === draft.sku) ??
    known.find(({ type, name }) => type === draft.type && name === draft.name);
  const taken = new Set([...known.map(({ sku }) => sku), ...drafts.flatMap(({ sku }) => sku ?? [])]);
  return drafts.map((draft, position) => {
    const before = same(draft);
    const priceAdjustment = draft.priceAdjustment ?? 0;
    const sku = draft.sku ?? before?.sku ?? freeSku(skuOf(product.sku, draft.name, String(position + 1)), taken);
    return {
      id: before?.id ?? derivedId(product.id, 'variant', sku),
      position,
      sku,
      name: draft.name,
      nameEn: draft.nameEn ?? null,
      type: draft.type,
      priceAdjustment,
      price: product.basePrice + priceAdjustment,
      stock: before?.stock ?? draft.stock ?? 0,
    };
  });
}

/** A new product out of what staff sent. */
export function shelveProduct(id: Uuid, slug: string, draft: ProductDraft): Product {
  const sku = draft.sku ?? slug.toUpperCase();
  return {
    id,
    slug,
    sku,
    name: draft.name,
    nameEn: draft.translations?.en?.name ?? null,
    description: draft.description,
    descriptionEn: draft.translations?.en?.description ?? null,
    story: draft.story ?? null,
    categoryId: draft.categoryId,
    brandId: draft.brandId,
    basePrice: draft.basePrice,
    status: draft.status ?? 'active',
    featured: draft.featured ?? false,
    imageUrl: draft.imageUrl ?? null,
    modifiers: modifierGroups(id, draft.modifiers ?? []),
    variants: variantsOf({ id, sku, basePrice: draft.basePrice }, draft.variants),
  };
}

/** What the product becomes; what the change does not name stays, and a variant it
 * had before comes back as itself. A new base price moves every variant's price with it. */
export function reshelveProduct(
  product: Product,
  change: Partial<ProductDraft>,
  former: readonly Variant[] = [],
): Product {
  const basePrice = change.basePrice ?? product.basePrice;
  const en = change.translations?.en;
  return {
    ...product,
    sku: change.sku ?? product.sku,
    name: change.name ?? product.name,
    nameEn: en?.name ?? product.nameEn,
    description: change.description ?? product.description,
    descriptionEn: en?.description ?? product.descriptionEn,
    story: change.story === undefined ? product.story : change.story,
    categoryId: change.categoryId ?? product.categoryId,
    brandId: change.brandId ?? product.brandId,
    basePrice,
    status: change.status ?? product.status,
    featured: change.featured ?? product.featured,
    imageUrl: change.imageUrl === undefined ? product.imageUrl : change.imageUrl,
    modifiers: change.modifiers ? modifierGroups(product.id, change.modifiers, product.modifiers) : product.modifiers,
    variants: change.variants
      ? variantsOf({ id: product.id, sku: product.sku, basePrice }, change.variants, [...product.variants, ...former])
      : product.variants.map((variant) => ({ ...variant, price: basePrice + variant.priceAdjustment })),
  };
}
