import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Counter } from 'prom-client';
import { CommitStock } from '#contracts/inventory';
import { Announcements } from '#platform/messaging';
import { announcementsOf } from '../model/stock-announcements';
import { commit, type Holding } from '../model/stock';
import { Stocks } from '../model/stocks.store';
import { CountsConflicts } from '../stock-conflicts.config';

const commitReserved = (seen: Holding) => (seen.reservation?.state === 'reserved' ? commit(seen) : undefined);

@CommandHandler(CommitStock)
export class CommitWhenAsked implements ICommandHandler<CommitStock> {
  static readonly handler = 'commit-stock';
  static readonly lane = 'stock';

  constructor(
    private readonly stocks: Stocks,
    private readonly announcements: Announcements,
    @CountsConflicts() private readonly conflicts: Counter<'why'>,
  ) {}

  async execute({ body: { orderId } }: CommitStock): Promise<void> {
    if (await this.stocks.decideAtOnce(orderId, [], commitReserved, { actor: 'checkout' })) return;
    const holding = await this.stocks.hold(orderId);
    const decision = commit(holding);
    if (decision.answer.kind === 'commit-refused') this.conflicts.inc({ why: 'commit-refused' });
    await this.stocks.keep(orderId, holding, decision, { actor: 'checkout' });
    await this.announcements.publish(...announcementsOf(orderId, decision, holding.stock));
  }
}
