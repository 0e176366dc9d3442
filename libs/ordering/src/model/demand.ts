/** How many of each SKU the lines want together, in SKU order: two lines of one SKU draw on one shelf. */
export function demandOf(
  lines: readonly { readonly sku: string; readonly quantity: number }[],
): readonly { readonly sku: string; readonly quantity: number }[] {
  const demand = new Map<string, number>();
  for (const { sku, quantity } of lines) demand.set(sku, (demand.get(sku) ?? 0) + quantity);
  return [...demand].map(([sku, quantity]) => ({ sku, quantity })).sort((a, b) => (a.sku < b.sku ? -1 : 1));
}
