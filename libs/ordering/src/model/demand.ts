import type { Uuid } from '#kernel';

interface DemandLine {
  readonly sku: string;
  readonly quantity: number;
  readonly variantId?: Uuid;
}

/**
 * How many pieces of each variant the lines need together, in SKU order. Two lines of one variant use the same stock,
 * even if its SKU was changed between the two lines.
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
