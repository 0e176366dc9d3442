import type { Uuid } from '#kernel';

/** An item with its SKU. `named` is the number of the catalogue's change that gave the item this SKU. */
export interface NamedItem {
  readonly item: Uuid;
  /** Null for stock that existed before inventory knew variants. */
  readonly variantId: Uuid | null;
  /** Null if another item now has this item's SKU. */
  readonly sku: string | null;
  readonly named: number;
  /** The SKU that the item had before another item got this SKU. */
  readonly formerSku: string | null;
}

/** A variant and its new SKU. `was` is its previous SKU, if known. */
export interface SkuOfVariant {
  readonly variantId: Uuid;
  readonly sku: string;
  readonly was?: string;
}

const hasNoVariant = (one: NamedItem) => one.variantId === null;

/** The item of a variant. If there is none: an item without a variant that has the SKU now, or had it before. */
export const itemOfVariant = (
  { variantId, sku, was = sku }: SkuOfVariant,
  items: readonly NamedItem[],
): NamedItem | undefined =>
  items.find((one) => one.variantId === variantId) ??
  items.find((one) => hasNoVariant(one) && one.sku === was) ??
  items.find((one) => hasNoVariant(one) && one.formerSku === was);

/**
 * The items whose SKU, variant or `named` changes. Messages about several products come in any order. A higher `named`
 * is a newer name. A message with an older name changes nothing. If two items get the same SKU, the item with the
 * newer name keeps the SKU. So the order of the messages does not change the result.
 */
export function nameItems(items: readonly NamedItem[], names: readonly SkuOfVariant[], named: number): NamedItem[] {
  const after = new Map(items.map((one) => [one.item, one]));
  for (const naming of names) {
    const known = itemOfVariant(naming, [...after.values()]);
    if (known && (known.named < named || known.variantId === null))
      after.set(known.item, { ...known, variantId: naming.variantId, sku: naming.sku, named });
  }
  for (const one of [...after.values()]) {
    if (one.sku === null) continue;
    const newer = [...after.values()].some(
      (other) => other.item !== one.item && other.sku === one.sku && hasNewerName(other, one),
    );
    if (newer) after.set(one.item, { ...one, sku: null, formerSku: one.sku });
  }
  return [...after.values()].filter((one) => {
    const before = items.find(({ item }) => item === one.item);
    return before?.sku !== one.sku || before.variantId !== one.variantId || before.named !== one.named;
  });
}

const hasNewerName = (one: NamedItem, other: NamedItem): boolean =>
  one.named !== other.named ? one.named > other.named : one.item > other.item;
