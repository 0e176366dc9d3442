import type { Uuid } from '#kernel';

interface DemandLine {
  readonly sku: string;
  readonly quantity: number;
  readonly variantId?: Uuid;
}

/**
 * How many pieces of each variant all lines need in total, sorted by SKU. Two lines of one variant use the same stock.
 * So they are added up by variant, even if the SKU of the variant was changed between the two lines.
 */
export function demandOf(lines: readonly DemandLine[]): readonly DemandLine[] {
  const demand = new Map<string, DemandLine>();
  for (const { sku, quantity, variantId } of lines) {
    const key = variantId ?? sku;
    const before = demand.get(key);
    demand.set(key, { sku, ...before, quantity: (before?.quantity ?? 0) + quantity, ...(variantId && { variantId }) });
  }
  return [...demand.values()].sort((a, b) => (a.sku < b.sku ? -1 : 1));
}
