import { EventBus } from '@nestjs/cqrs';
import type { IEventHandler } from '@nestjs/cqrs';
import { VariantListed } from '#contracts/catalog';
import { InboxEventsHandler } from '#messaging';
import { itemOfVariant, nameItems, type NamedItem } from '../model/stock-names';
import { levelMessage } from '../model/stock-announcements';
import { Stocks } from '../model/stocks.store';

@InboxEventsHandler([VariantListed], { name: 'shelve-variant' })
export class ShelveWhenListed implements IEventHandler<VariantListed> {
  constructor(
    private readonly stocks: Stocks,
    private readonly eventBus: EventBus,
  ) {}

  async handle({ body: { variantId, sku, stock, named = 0 } }: VariantListed): Promise<void> {
    const naming = { variantId, sku };
    const items = await this.stocks.lockNamed([naming]);
    if (itemOfVariant(naming, items)?.variantId === variantId) return; // a repeated message
    if (itemOfVariant(naming, items)) {
      await this.stocks.rename(nameItems(items, [naming], named)); // the item had no variant until now
      return;
    }
    const added: NamedItem = { item: variantId, variantId, sku: null, named: -1, formerSku: null };
    const changed = nameItems([...items, added], [naming], named);
    const others = changed.filter(({ item }) => item !== variantId);
    if (others.length > 0) this.eventBus.publishAll((await this.stocks.rename(others)).map(levelMessage));
    const own = changed.find(({ item }) => item === variantId) ?? added;
    this.eventBus.publish(levelMessage(await this.stocks.shelve(own, stock, { actor: 'catalog' })));
  }
}
