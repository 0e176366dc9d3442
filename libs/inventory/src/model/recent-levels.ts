import type { StockLine } from '#contracts/inventory';
import { levelsAfter, type Movement, type Stock } from './stock';

const MAX_LEVELS = 500;

/**
 * The stock levels that this process wrote last. So an order of a popular item does not read them again. The levels can
 * be out of date. So a decision that used them can be stored only if the item's version has not changed.
 */
export class RecentLevels {
  private readonly levels = new Map<string, Stock>();

  /** The levels of all lines. Undefined if there is a line whose variant, with this SKU, is not in memory. */
  of(lines: readonly StockLine[]): readonly Stock[] | undefined {
    const found = lines.map(({ variantId, sku }) => {
      const level = variantId && this.levels.get(variantId);
      return level && level.sku === sku ? level : undefined;
    });
    const levels = new Set(found.flatMap((level) => level ?? []));
    return found.length > 0 && found.every(Boolean) ? [...levels] : undefined;
  }

  remember(levels: readonly Stock[]): void {
    for (const level of levels) {
      if (!level.variantId) continue;
      this.levels.delete(level.variantId); // so that `set` puts the level at the end, and the oldest level is first
      this.levels.set(level.variantId, level);
    }
    for (const oldest of this.levels.keys()) {
      if (this.levels.size <= MAX_LEVELS) return;
      this.levels.delete(oldest);
    }
  }

  /** Applies the movements to the levels that are kept here. */
  move(stock: readonly Stock[], movements: readonly Movement[]): void {
    const known = stock.flatMap(({ variantId }) => (variantId && this.levels.get(variantId)) || []);
    const moved = movements.filter(({ item }) => known.some((level) => level.item === item));
    this.remember(levelsAfter(known, moved));
  }

  forget(levels: readonly Stock[]): void {
    for (const { variantId } of levels) if (variantId) this.levels.delete(variantId);
  }
}
