import { EventBus, type IEventHandler } from '@nestjs/cqrs';
import { VariantsRenamed } from '#contracts/catalog';
import type { Uuid } from '#kernel';
import { currentUnit, InboxEventsHandler, RetryLater } from '#messaging';
import { countStock } from '../adjust-stock/adjust-stock';
import { levelsAfter, type Stock } from '../model/stock';
import { itemOfVariant, nameItems } from '../model/stock-names';
import { levelMessage } from '../model/stock-announcements';
import { Stocks } from '../model/stocks.store';

/**
 * A rename can arrive before the `VariantListed` message of its variant. So the handler makes up to 6 attempts, 150 ms
 * apart.
 */
const ATTEMPTS = 6;
const PAUSE_MS = 150;

/** Changes the SKUs of variants. If a variant is sold again, stores its count. Reservations do not change. */
@InboxEventsHandler([VariantsRenamed], { name: 'rename-stock' })
export class RenameWhenRenamed implements IEventHandler<VariantsRenamed> {
  constructor(
    private readonly stocks: Stocks,
    private readonly eventBus: EventBus,
  ) {}

  async handle({ body: { variants, named } }: VariantsRenamed): Promise<void> {
    const items = await this.stocks.lockNamed(variants);
    const missing = variants.filter((variant) => !itemOfVariant(variant, items));
    if (missing.length > 0 && (currentUnit()?.attempts ?? ATTEMPTS) < ATTEMPTS)
      throw new RetryLater(`${missing.map(({ sku }) => sku).join(', ')} is not listed yet`, PAUSE_MS);
    const changed = nameItems(items, variants, named);
    const levels = new Map((changed.length > 0 ? await this.stocks.rename(changed) : []).map((one) => [one.item, one]));
    for (const variant of variants) {
      const item = itemOfVariant(variant, changed) ?? itemOfVariant(variant, items);
      const counted = item && variant.stock !== undefined && (await this.count(item.item, variant.stock));
      if (counted) levels.set(counted.item, counted);
    }
    if (levels.size > 0) this.eventBus.publishAll([...levels.values()].map(levelMessage));
  }

  /** Orders have perhaps reserved more since staff counted. So the stock is never set below the reserved number. */
  private async count(item: Uuid, onHand: number): Promise<Stock | undefined> {
    const stock = await this.stocks.lock(item);
    const movement = countStock(stock, Math.max(onHand, stock.reserved));
    if (!movement) return undefined;
    await this.stocks.saveMovement(movement, { actor: 'catalog' });
    return levelsAfter([stock], [movement])[0];
  }
}
