import { EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { ReleaseStock } from '#contracts/inventory';
import { InboxCommandHandler } from '#messaging';
import { announcementsOf } from '../model/stock-announcements';
import { release, type Holding } from '../model/stock';
import { Stocks } from '../model/stocks.store';

@InboxCommandHandler(ReleaseStock, { name: 'release-stock', lane: 'stock', senders: ['ordering'] })
export class ReleaseWhenAsked implements ICommandHandler<ReleaseStock> {
  constructor(
    private readonly stocks: Stocks,
    private readonly eventBus: EventBus,
  ) {}

  async execute({ body: { orderId, reason, waste } }: ReleaseStock): Promise<void> {
    const ledgerNote = { actor: 'checkout', reason };
    const decideRelease = (seen: Holding) =>
      seen.reservation && seen.reservation.state !== 'committed' ? release(seen, waste) : undefined;
    if (await this.stocks.decideWithoutLock(orderId, [], decideRelease, ledgerNote)) return;
    const holding = await this.stocks.lockHolding(orderId);
    const decision = release(holding, waste);
    await this.stocks.saveDecision(orderId, holding, decision, ledgerNote);
    this.eventBus.publishAll([...announcementsOf(orderId, decision, holding.stock)]);
  }
}
