import type { Uuid } from '#kernel';

interface DemandLine {
  readonly sku: string;
  readonly quantity: number;
  readonly variantId?: Uuid;
}

/**
 * How many pieces of each variant all lines need in total, sorted by SKU. Lines of one variant are added up even if
 * their SKUs differ, because the SKU of a variant can change while its lines are in the cart.
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
