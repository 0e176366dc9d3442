import type { Uuid } from '#kernel';

interface Wanted {
  readonly sku: string;
  readonly quantity: number;
  readonly variantId?: Uuid;
}

/**
 * How many of each variant the lines want together, in SKU order: two lines of one variant draw on one shelf, also
 * when it was given another SKU between the one line and the other.
 */
export function demandOf(lines: readonly Wanted[]): readonly Wanted[] {
  const demand = new Map<string, Wanted>();
  for (const { sku, quantity, variantId } of lines) {
    const key = variantId ?? sku;
    const before = demand.get(key);
    demand.set(key, { sku, ...before, quantity: (before?.quantity ?? 0) + quantity, ...(variantId && { variantId }) });
  }
  return [...demand.values()].sort((a, b) => (a.sku < b.sku ? -1 : 1));
}
