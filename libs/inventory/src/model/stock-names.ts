import type { Uuid } from '#kernel';

/** An item with its SKU, and how new that SKU is. */
export interface Named {
  readonly item: Uuid;
  /** Null for stock that existed before inventory knew variants. */
  readonly variantId: Uuid | null;
  /** Null while another item has the SKU that it had. */
  readonly sku: string | null;
  readonly named: number;
  /** The last SKU that it lost. */
  readonly formerSku: string | null;
}

/** A variant has a SKU since `named`. `was` is its SKU before, if known. */
export interface Naming {
  readonly variantId: Uuid;
  readonly sku: string;
  readonly was?: string;
}

const notAnothers = (one: Named) => one.variantId === null;

/** The item of a variant: its own, else one from before variants were known that has, or had, this SKU. */
export const itemOfVariant = ({ variantId, sku, was = sku }: Naming, items: readonly Named[]): Named | undefined =>
  items.find((one) => one.variantId === variantId) ??
  items.find((one) => notAnothers(one) && one.sku === was) ??
  items.find((one) => notAnothers(one) && one.formerSku === was);

/**
 * The items with their SKUs after a naming, without those that do not change. Messages of several products come in
 * any order, so each name carries how new it is. Of two items that claim one SKU, the one named later has it, and an
 * item that was named later keeps its name. The result is the same in any order.
 */
export function nameItems(items: readonly Named[], names: readonly Naming[], named: number): Named[] {
  const after = new Map(items.map((one) => [one.item, one]));
  for (const naming of names) {
    const known = itemOfVariant(naming, [...after.values()]);
    if (known && (known.named < named || known.variantId === null))
      after.set(known.item, { ...known, variantId: naming.variantId, sku: naming.sku, named });
  }
  for (const one of [...after.values()]) {
    if (one.sku === null) continue;
    const newer = [...after.values()].some(
      (other) => other.item !== one.item && other.sku === one.sku && isLater(other, one),
    );
    if (newer) after.set(one.item, { ...one, sku: null, formerSku: one.sku });
  }
  return [...after.values()].filter((one) => {
    const before = items.find(({ item }) => item === one.item);
    return before?.sku !== one.sku || before.variantId !== one.variantId || before.named !== one.named;
  });
}

const isLater = (one: Named, other: Named): boolean =>
  one.named !== other.named ? one.named > other.named : one.item > other.item;
