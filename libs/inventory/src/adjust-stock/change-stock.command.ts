import { Command, CommandHandler, EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { Counter } from 'prom-client';
import { NotFound, type Seen } from '#kernel';
import { Database } from '#database';
import { findChangedImmutableFields, InvalidInput } from '#platform/http';
import { levelMessages } from '../model/stock-announcements';
import { levelsAfter, type Stock } from '../model/stock';
import { StockBelowReserved, StockChanged } from '../model/stock-errors';
import { Stocks, type LedgerNote } from '../model/stocks.store';
import { CountsConflicts } from '../stock-conflicts.config';
import { StockBySku } from '../view-stock/stock-by-sku.adapter';
import { adjustStock, countStock, requireSeenVersion } from './adjust-stock';

/** Either a new count, with the other fields that the caller sent back, or a difference. */
export type StockChange =
  | { readonly onHand: number; readonly asRead?: { readonly sku?: string; readonly reserved?: number } }
  | { readonly delta: number };

/** A count cannot change the SKU or the reserved number. If they were sent, they must have their current values. */
function refuseChangedFields(stock: Stock, change: StockChange): void {
  const changed = findChangedImmutableFields(
    { sku: stock.sku, reserved: stock.reserved },
    ('asRead' in change && change.asRead) || {},
  );
  if (changed.length > 0) throw new InvalidInput(changed);
}

export class ChangeStock extends Command<Stock> {
  constructor(
    readonly sku: string,
    readonly change: StockChange,
    readonly ledgerNote: LedgerNote,
    /** The versions that the caller has seen, if the caller sent any. */
    readonly seen?: Seen,
  ) {
    super();
  }
}

@CommandHandler(ChangeStock)
export class ChangeStockHandler implements ICommandHandler<ChangeStock> {
  constructor(
    private readonly stocks: Stocks,
    private readonly stockBySku: StockBySku,
    private readonly db: Database,
    private readonly eventBus: EventBus,
    @CountsConflicts() private readonly conflicts: Counter<'why'>,
  ) {}

  async execute(command: ChangeStock): Promise<Stock> {
    const found = await this.stockBySku.find(command.sku);
    if (!found) throw new NotFound('SKU');
    try {
      return await this.db.transaction(() => this.change(found, command));
    } catch (error) {
      if (error instanceof StockBelowReserved) this.conflicts.inc({ why: 'below-reserved' });
      if (error instanceof StockChanged) this.conflicts.inc({ why: 'stale' });
      throw error;
    }
  }

  private async change({ item, sku }: Stock, { change, ledgerNote, seen }: ChangeStock): Promise<Stock> {
    const stock = { ...(await this.stocks.lock(item)), sku };
    requireSeenVersion(stock, seen);
    refuseChangedFields(stock, change);
    const movement = 'onHand' in change ? countStock(stock, change.onHand) : adjustStock(stock, change.delta);
    if (!movement) return stock;
    await this.stocks.saveMovement(movement, ledgerNote);
    this.eventBus.publishAll([...levelMessages([stock], [movement])]);
    return levelsAfter([stock], [movement])[0];
  }
}
