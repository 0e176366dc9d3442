import { EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { Counter } from 'prom-client';
import { ReserveStock } from '#contracts/inventory';
import { currentUnit, InboxCommandHandler, RetryLater } from '#messaging';
import { announcementsOf } from '../model/stock-announcements';
import { reserve, unlistedSkus, type Holding } from '../model/stock';
import { Stocks } from '../model/stocks.store';
import { CountsConflicts } from '../stock-conflicts.config';

/** An order can arrive before the `VariantListed` message of a SKU. So the handler tries again after a pause. */
const ATTEMPTS = 6;
const PAUSE_MS = 150;

@InboxCommandHandler(ReserveStock, { name: 'reserve-stock', lane: 'stock', senders: ['ordering'] })
export class ReserveWhenAsked implements ICommandHandler<ReserveStock> {
  constructor(
    private readonly stocks: Stocks,
    private readonly eventBus: EventBus,
    @CountsConflicts() private readonly conflicts: Counter<'why'>,
  ) {}

  async execute({ body: { orderId, lines } }: ReserveStock): Promise<void> {
    const decideReservation = (seen: Holding) => {
      const decision = reserve(seen, lines);
      return decision.answer.kind === 'reserved' || !decision.changes ? decision : undefined;
    };
    if (await this.stocks.decideWithoutLock(orderId, lines, decideReservation, { actor: 'checkout' })) return;

    const holding = await this.stocks.lockHolding(orderId, lines);
    const missing = holding.reservation ? [] : unlistedSkus(lines, holding.stock);
    if (missing.length > 0 && (currentUnit()?.attempts ?? ATTEMPTS) < ATTEMPTS)
      throw new RetryLater(`${missing.join(', ')} is not listed yet`, PAUSE_MS);

    const decision = reserve(holding, lines);
    if (decision.answer.kind === 'short') this.conflicts.inc({ why: 'short' });
    await this.stocks.saveDecision(orderId, holding, decision, { actor: 'checkout' });
    this.eventBus.publishAll([...announcementsOf(orderId, decision, holding.stock)]);
  }
}
