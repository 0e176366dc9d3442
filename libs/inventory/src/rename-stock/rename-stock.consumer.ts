import { VariantsRenamed } from '#contracts/catalog';
import type { Uuid } from '#kernel';
import { Announcements, currentUnit, Hears, RetryLater, type Hearer } from '#platform/messaging';
import { count } from '../adjust-stock/adjust-stock';
import { levelsAfter, type Stock } from '../model/stock';
import { itemOfVariant, nameItems } from '../model/stock-names';
import { levelChanged } from '../model/stock-announcements';
import { Stocks } from '../model/stocks.store';

/** So often a variant that nobody listed is waited for; its listing comes by the same way, and is never far behind. */
const patience = 6;
const pauseMs = 150;

/** Stock and reservations stay where they are: only what they are called changes, and the count of a variant that returns. */
@Hears(VariantsRenamed)
export class RenameWhenRenamed implements Hearer<VariantsRenamed> {
  static readonly handler = 'rename-stock';

  constructor(
    private readonly stocks: Stocks,
    private readonly announcements: Announcements,
  ) {}

  async handle({ body: { variants, named } }: VariantsRenamed): Promise<void> {
    const items = await this.stocks.lockNamed(variants);
    const missing = variants.filter((variant) => !itemOfVariant(variant, items));
    if (missing.length > 0 && (currentUnit()?.attempts ?? patience) < patience)
      throw new RetryLater(`${missing.map(({ sku }) => sku).join(', ')} is not listed yet`, pauseMs);
    const changed = nameItems(items, variants, named);
    const levels = new Map((changed.length > 0 ? await this.stocks.rename(changed) : []).map((one) => [one.item, one]));
    for (const variant of variants) {
      const item = itemOfVariant(variant, changed) ?? itemOfVariant(variant, items);
      const counted = item && variant.stock !== undefined && (await this.count(item.item, variant.stock));
      if (counted) levels.set(counted.item, counted);
    }
    if (levels.size > 0) await this.announcements.publish(...[...levels.values()].map(levelChanged));
  }

  /** Orders may have taken hold of more since the count was taken: what they hold is there. */
  private async count(item: Uuid, onHand: number): Promise<Stock | undefined> {
    const stock = await this.stocks.lock(item);
    const movement = count(stock, Math.max(onHand, stock.reserved));
    if (!movement) return undefined;
    await this.stocks.move(movement, { actor: 'catalog' });
    return levelsAfter([stock], [movement])[0];
  }
}
