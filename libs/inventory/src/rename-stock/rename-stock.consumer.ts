import { VariantsRenamed } from '#contracts/catalog';
import { Announcements, currentUnit, Hears, RetryLater, type Hearer } from '#platform/messaging';
import { itemOfVariant, nameItems } from '../model/stock-names';
import { levelChanged } from '../model/stock-announcements';
import { Stocks } from '../model/stocks.store';

/** So often a variant that nobody listed is waited for; its listing comes by the same way, and is never far behind. */
const patience = 6;
const pauseMs = 150;

/** Stock and reservations stay where they are: only what they are called changes. */
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
    if (changed.length === 0) return;
    const levels = await this.stocks.rename(changed);
    await this.announcements.publish(...levels.map(levelChanged));
  }
}
