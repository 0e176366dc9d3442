import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ReleaseStock } from '#contracts/inventory';
import { Announcements } from '#platform/messaging';
import { announcementsOf } from '../model/stock-announcements';
import { release } from '../model/stock';
import { Stocks } from '../model/stocks.store';

@CommandHandler(ReleaseStock)
export class ReleaseWhenAsked implements ICommandHandler<ReleaseStock> {
  static readonly handler = 'release-stock';
  static readonly lane = 'stock';

  constructor(
    private readonly stocks: Stocks,
    private readonly announcements: Announcements,
  ) {}

  async execute({ body: { orderId, reason, waste } }: ReleaseStock): Promise<void> {
    const holding = await this.stocks.hold(orderId);
    const decision = release(holding, waste);
    await this.stocks.keep(orderId, holding, decision, { actor: 'checkout', reason });
    await this.announcements.publish(...announcementsOf(orderId, decision, holding.stock));
  }
}
