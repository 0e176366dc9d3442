import type { IEventHandler } from '@nestjs/cqrs';
import { VariantListed } from '#contracts/catalog';
import { Announcements, Hears } from '#platform/messaging';
import { levelChanged } from '../model/stock-announcements';
import { Stocks } from '../model/stocks.store';

@Hears(VariantListed)
export class ShelveWhenListed implements IEventHandler<VariantListed> {
  static readonly handler = 'shelve-variant';

  constructor(
    private readonly stocks: Stocks,
    private readonly announcements: Announcements,
  ) {}

  async handle({ body: { sku, stock } }: VariantListed): Promise<void> {
    const shelved = await this.stocks.shelve(sku, stock, { actor: 'catalog' });
    if (shelved) await this.announcements.publish(levelChanged(shelved));
  }
}
