import { EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { Counter } from 'prom-client';
import { CommitStock } from '#contracts/inventory';
import { InboxCommandHandler } from '#messaging';
import { announcementsOf } from '../model/stock-announcements';
import { commit, type Holding } from '../model/stock';
import { Stocks } from '../model/stocks.store';
import { CountsConflicts } from '../stock-conflicts.config';

/** Undefined if the order has no goods to commit. Then the request must be decided with a lock. */
const decideCommit = (seen: Holding) =>
  seen.reservation && seen.reservation.state !== 'released' ? commit(seen) : undefined;

@InboxCommandHandler(CommitStock, { name: 'commit-stock', lane: 'stock', senders: ['ordering'] })
export class CommitWhenAsked implements ICommandHandler<CommitStock> {
  constructor(
    private readonly stocks: Stocks,
    private readonly eventBus: EventBus,
    @CountsConflicts() private readonly conflicts: Counter<'why'>,
  ) {}

  async execute({ body: { orderId } }: CommitStock): Promise<void> {
    if (await this.stocks.decideWithoutLock(orderId, [], decideCommit, { actor: 'checkout' })) return;
    const holding = await this.stocks.lockHolding(orderId);
    const decision = commit(holding);
    if (decision.answer.kind === 'commit-refused') this.conflicts.inc({ why: 'commit-refused' });
    await this.stocks.saveDecision(orderId, holding, decision, { actor: 'checkout' });
    this.eventBus.publishAll([...announcementsOf(orderId, decision, holding.stock)]);
  }
}
