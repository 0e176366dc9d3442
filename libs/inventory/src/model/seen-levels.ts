import type { StockLine } from '#contracts/inventory';
import { levelsAfter, type Movement, type Stock } from './stock';

const REMEMBERED = 500;

/**
 * The levels that this process wrote last, so that the next order of a popular item need not read them again. They may
 * be out of date: whoever decides on them checks the version when it writes.
 */
export class SeenLevels {
  private readonly levels = new Map<string, Stock>();

  /** The levels of all the lines, or undefined if one of them is not known by its variant and its SKU. */
  of(lines: readonly StockLine[]): readonly Stock[] | undefined {
    const found = lines.map(({ variantId, sku }) => {
      const level = variantId && this.levels.get(variantId);
      return level && level.sku === sku ? level : undefined;
    });
    const levels = new Set(found.flatMap((level) => level ?? []));
    return found.length > 0 && found.every(Boolean) ? [...levels] : undefined;
  }

  keep(levels: readonly Stock[]): void {
    for (const level of levels) {
      if (!level.variantId) continue;
      this.levels.delete(level.variantId); // the newest stand at the end
      this.levels.set(level.variantId, level);
    }
    for (const oldest of this.levels.keys()) {
      if (this.levels.size <= REMEMBERED) return;
      this.levels.delete(oldest);
    }
  }

  /** Moves the levels that are known of this stock. */
  move(stock: readonly Stock[], movements: readonly Movement[]): void {
    const known = stock.flatMap(({ variantId }) => (variantId && this.levels.get(variantId)) || []);
    const moved = movements.filter(({ item }) => known.some((level) => level.item === item));
    this.keep(levelsAfter(known, moved));
  }

  forget(levels: readonly Stock[]): void {
    for (const { variantId } of levels) if (variantId) this.levels.delete(variantId);
  }
}
