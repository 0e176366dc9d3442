import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Counter } from 'prom-client';
import { ReserveStock } from '#contracts/inventory';
import { Announcements, currentUnit, RetryLater } from '#platform/messaging';
import { announcementsOf } from '../model/stock-announcements';
import { reserve, unlisted, type Holding } from '../model/stock';
import { Stocks } from '../model/stocks.store';
import { CountsConflicts } from '../stock-conflicts.config';

/** So often a SKU that nobody listed is waited for: the listing comes by another way, and may come later. */
const patience = 6;
const pauseMs = 150;

@CommandHandler(ReserveStock)
export class ReserveWhenAsked implements ICommandHandler<ReserveStock> {
  static readonly handler = 'reserve-stock';
  static readonly lane = 'stock';

  constructor(
    private readonly stocks: Stocks,
    private readonly announcements: Announcements,
    @CountsConflicts() private readonly conflicts: Counter<'why'>,
  ) {}

  async execute({ body: { orderId, lines } }: ReserveStock): Promise<void> {
    const got = (seen: Holding) => {
      const decision = reserve(seen, lines);
      return decision.answer.kind === 'reserved' ? decision : undefined;
    };
    if (await this.stocks.decideAtOnce(orderId, lines, got, { actor: 'checkout' })) return;

    const holding = await this.stocks.hold(orderId, lines);
    const missing = holding.reservation ? [] : unlisted(lines, holding.stock);
    if (missing.length > 0 && (currentUnit()?.attempts ?? patience) < patience)
      throw new RetryLater(`${missing.join(', ')} is not listed yet`, pauseMs);

    const decision = reserve(holding, lines);
    if (decision.answer.kind === 'short') this.conflicts.inc({ why: 'short' });
    await this.stocks.keep(orderId, holding, decision, { actor: 'checkout' });
    await this.announcements.publish(...announcementsOf(orderId, decision, holding.stock));
  }
}
