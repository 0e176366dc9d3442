import { derivedId, type Uuid } from '#kernel';

import type {
  GroupDraft,
  ModifierGroup,
  ModifierOption,
  OptionDraft,
  Product,
  ProductChange,
  ProductDraft,
  Variant,
  VariantDraft,
} from './product';
import { freeCode, skuOf, stemOf } from './slug';

/** The sent value, else the current value, else `fallback`. If null was sent, `fallback`. */
const sentOrCurrent = <T>(sent: T | null | undefined, current: T | undefined, fallback: T): T =>
  sent === null ? fallback : (sent ?? current ?? fallback);

/** A new id, made from the names. If another part with the same names has this id, a number is added to the names. */
function newId(taken: Set<Uuid>, origin: Uuid, ...names: string[]): Uuid {
  let id = derivedId(origin, ...names);
  for (let n = 2; taken.has(id); n++) id = derivedId(origin, ...names, n);
  taken.add(id);
  return id;
}

/**
 * Finds the existing part for each draft, by id, else by name. A draft with a name never finds a part that another
 * draft names by id.
 */
function matchParts<Draft extends { id?: Uuid | null; name: string }, Part extends { id: Uuid; name: string }>(
  drafts: readonly Draft[],
  known: readonly Part[],
): (Part | undefined)[] {
  const draftIds = new Set(drafts.flatMap(({ id }) => id ?? []));
  return drafts.map((draft) =>
    draft.id
      ? known.find(({ id }) => id === draft.id)
      : known.find(({ id, name }) => name === draft.name && !draftIds.has(id)),
  );
}

/** The groups of a product after a change. Known groups and options keep their ids, because carts refer to them. */
export function modifierGroups(
  productId: Uuid,
  drafts: readonly GroupDraft[],
  known: readonly ModifierGroup[] = [],
): ModifierGroup[] {
  const groups = matchParts(drafts, known);
  const everyOption = known.flatMap(({ options }) => options);
  const taken = new Set([...known, ...everyOption].map(({ id }) => id));
  const claimed = new Set(drafts.flatMap(({ options }) => options.flatMap(({ id }) => id ?? [])));
  return drafts.map((draft, index) => {
    const before = groups[index];
    const id = before?.id ?? newId(taken, productId, 'modifiers', draft.name);
    const candidates = (before?.options ?? []).filter((option) => !claimed.has(option.id));
    const option = (sent: OptionDraft): ModifierOption => {
      const current = sent.id
        ? everyOption.find((one) => one.id === sent.id)
        : candidates.find(({ name }) => name === sent.name);
      return {
        id: current?.id ?? newId(taken, id, 'option', sent.name),
        name: sent.name,
        nameEn: sentOrCurrent(sent.nameEn, current?.nameEn, null),
        price: sentOrCurrent(sent.price, current?.price, 0),
        max: sentOrCurrent(sent.max, current?.max, 1),
        default: sentOrCurrent(sent.default, current?.default, false),
      };
    };
    return {
      id,
      name: draft.name,
      nameEn: sentOrCurrent(draft.nameEn, before?.nameEn, null),
      min: sentOrCurrent(draft.min, before?.min, 0),
      max: sentOrCurrent(draft.max, before?.max, 1),
      options: draft.options.map(option),
    };
  });
}

/** The known variant for each draft, by id, else by SKU, else by type and name. */
function knownVariants(drafts: readonly VariantDraft[], known: readonly Variant[]): (Variant | undefined)[] {
  const draftIds = new Set(drafts.flatMap(({ id }) => id ?? []));
  const others = known.filter(({ id }) => !draftIds.has(id));
  return drafts.map((draft) =>
    draft.id
      ? known.find(({ id }) => id === draft.id)
      : (others.find(({ sku }) => sku === draft.sku) ??
        others.find(({ type, name }) => type === draft.type && name === draft.name)),
  );
}

/**
 * One fault for each variant that is on sale and whose stock the change contains. Only inventory can change the stock
 * of such a variant.
 */
export function countFaults(product: Product, { variants = [] }: ProductChange, former: readonly Variant[]) {
  const offered = new Set(product.variants.map(({ id }) => id));
  return knownVariants(variants, [...product.variants, ...former]).flatMap((known, index) => {
    if (!known || !offered.has(known.id) || typeof variants[index].stock !== 'number') return [];
    return [{ field: `variants.${index}.stock`, code: 'stock.elsewhere', params: { sku: known.sku } }];
  });
}

/** The stock that a change contains for retired variants that are sold again. */
export function countsOfReturned(product: Product, { variants = [] }: ProductChange, former: readonly Variant[]) {
  const retired = new Set(former.map(({ id }) => id));
  return knownVariants(variants, [...product.variants, ...former]).flatMap((known, index) => {
    const { stock, sku } = variants[index];
    if (!known || !retired.has(known.id) || typeof stock !== 'number') return [];
    return [{ variantId: known.id, sku: sku ?? known.sku, onHand: stock }];
  });
}

/**
 * The variants of a product after a change. A draft without a known variant becomes a new variant. A generated SKU is
 * never one of `taken`.
 */
export function variantsOf(
  product: { readonly id: Uuid; readonly sku: string; readonly basePrice: number },
  drafts: readonly VariantDraft[],
  known: readonly Variant[] = [],
  taken: ReadonlySet<string> = new Set(),
): Variant[] {
  const existing = knownVariants(drafts, known);
  const usedSkus = new Set([...taken, ...known.map(({ sku }) => sku), ...drafts.flatMap(({ sku }) => sku ?? [])]);
  const ids = new Set(known.map(({ id }) => id));
  return drafts.map((draft, position) => {
    const before = existing[position];
    const priceAdjustment = sentOrCurrent(draft.priceAdjustment, before?.priceAdjustment, 0);
    const sku = draft.sku ?? before?.sku ?? freeCode(skuOf(product.sku, draft.name, String(position + 1)), usedSkus);
    return {
      id: before?.id ?? newId(ids, product.id, 'variant', sku),
      position,
      sku,
      name: draft.name,
      nameEn: sentOrCurrent(draft.nameEn, before?.nameEn, null),
      type: draft.type,
      priceAdjustment,
      price: product.basePrice + priceAdjustment,
      stock: before?.stock ?? draft.stock ?? 0,
    };
  });
}

/** Makes a new product from a draft. */
export function createProduct(
  id: Uuid,
  slug: string,
  draft: ProductDraft,
  taken: ReadonlySet<string> = new Set(),
): Product {
  const sku = draft.sku ?? freeCode(stemOf(slug), new Set(taken));
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
    statusBefore: null,
    featured: draft.featured ?? false,
    imageUrl: draft.imageUrl ?? null,
    modifiers: modifierGroups(id, draft.modifiers ?? []),
    variants: variantsOf({ id, sku, basePrice: draft.basePrice }, draft.variants, [], taken),
  };
}

/**
 * The English texts after a change. If one text is null, it is cleared. If `translations` or `en` is null, both are.
 */
function englishAfter(product: Product, translations: ProductDraft['translations']) {
  if (translations === undefined) return { nameEn: product.nameEn, descriptionEn: product.descriptionEn };
  const en = translations === null ? null : translations.en;
  if (en === null) return { nameEn: null, descriptionEn: null };
  return {
    nameEn: en?.name === undefined ? product.nameEn : en.name,
    descriptionEn: en?.description === undefined ? product.descriptionEn : en.description,
  };
}

/** The status after a change. An archived product keeps its former status, because restoring it uses that status. */
function statusAfter({ status, statusBefore }: Product, next = status): Pick<Product, 'status' | 'statusBefore'> {
  if (next !== 'removed') return { status: next, statusBefore: null };
  return { status: next, statusBefore: status === 'removed' ? statusBefore : status };
}

/**
 * The product after a change. Fields that are not in the change stay the same. A retired variant in the change keeps
 * its id. A new base price changes the prices of all variants.
 */
export function changeProduct(
  product: Product,
  change: ProductChange,
  former: readonly Variant[] = [],
  taken: ReadonlySet<string> = new Set(),
): Product {
  const basePrice = change.basePrice ?? product.basePrice;
  const sku = change.sku ?? product.sku;
  const modifiers = change.modifiers === null ? [] : change.modifiers;
  return {
    ...product,
    ...englishAfter(product, change.translations),
    ...statusAfter(product, change.status),
    sku,
    name: change.name ?? product.name,
    description: change.description ?? product.description,
    story: change.story === undefined ? product.story : change.story,
    categoryId: change.categoryId ?? product.categoryId,
    brandId: change.brandId ?? product.brandId,
    basePrice,
    featured: sentOrCurrent(change.featured, product.featured, false),
    imageUrl: change.imageUrl === undefined ? product.imageUrl : change.imageUrl,
    modifiers: modifiers ? modifierGroups(product.id, modifiers, product.modifiers) : product.modifiers,
    variants: change.variants
      ? variantsOf({ id: product.id, sku, basePrice }, change.variants, [...product.variants, ...former], taken)
      : product.variants.map((variant) => ({ ...variant, price: basePrice + variant.priceAdjustment })),
  };
}

/** Faults for ids in a change that the product does not have. */
export function unknownParts(product: Product, { variants, modifiers }: ProductChange, former: readonly Variant[]) {
  const ids = new Set([...product.variants, ...former].map(({ id }) => id));
  const groups = new Set(product.modifiers.map(({ id }) => id));
  const options = new Set(product.modifiers.flatMap((group) => group.options.map(({ id }) => id)));
  const unknown: string[] = [];
  for (const [at, { id }] of (variants ?? []).entries()) if (id && !ids.has(id)) unknown.push(`variants.${at}.id`);
  for (const [at, group] of (modifiers ?? []).entries()) {
    if (group.id && !groups.has(group.id)) unknown.push(`modifiers.${at}.id`);
    for (const [index, { id }] of group.options.entries())
      if (id && !options.has(id)) unknown.push(`modifiers.${at}.options.${index}.id`);
  }
  return unknown.map((field) => ({ field, code: 'part.unknown' }));
}
