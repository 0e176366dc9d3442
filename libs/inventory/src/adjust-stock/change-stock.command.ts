import { setTimeout as pause } from 'node:timers/promises';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Counter } from 'prom-client';
import { NotFound, type Seen } from '#kernel';
import { Database } from '#platform/database';
import { complain, InvalidInput } from '#platform/http';
import { Announcements } from '#platform/messaging';
import { levelNews } from '../model/stock-announcements';
import { levelsAfter, type Stock } from '../model/stock';
import { StockBelowReserved, StockChanged } from '../model/stock-errors';
import { Stocks, type Occasion } from '../model/stocks.store';
import { CountsConflicts } from '../stock-conflicts.config';
import { adjust, count, decidedOn } from './adjust-stock';

/** Either what was counted, with what was read beside it, or what came in or was lost. */
export type StockChange =
  | { readonly onHand: number; readonly asRead?: { readonly sku?: string; readonly reserved?: number } }
  | { readonly delta: number };

/** What orders hold, and what a thing is called, is not changed by counting. */
function mustBeAsRead(stock: Stock, change: StockChange): void {
  const { sku = stock.sku, reserved = stock.reserved } = ('asRead' in change && change.asRead) || {};
  const wrong = [...(sku === stock.sku ? [] : ['sku']), ...(reserved === stock.reserved ? [] : ['reserved'])];
  if (wrong.length > 0)
    throw new InvalidInput(wrong.map((field) => ({ field, message: complain({ code: 'read-only' }) })));
}

export class ChangeStock extends Command<Stock> {
  constructor(
    readonly sku: string,
    readonly change: StockChange,
    readonly occasion: Occasion,
    /** The versions the caller decided on, where they said. */
    readonly seen?: Seen,
  ) {
    super();
  }
}

const longestWaitMs = 1_000;
const pauseMs = 50;

@CommandHandler(ChangeStock)
export class ChangeStockHandler implements ICommandHandler<ChangeStock> {
  constructor(
    private readonly stocks: Stocks,
    private readonly db: Database,
    private readonly announcements: Announcements,
    @CountsConflicts() private readonly conflicts: Counter<'why'>,
  ) {}

  async execute(command: ChangeStock): Promise<Stock> {
    await this.listed(command.sku);
    try {
      return await this.db.transaction(() => this.change(command));
    } catch (error) {
      if (error instanceof StockBelowReserved) this.conflicts.inc({ why: 'below-reserved' });
      if (error instanceof StockChanged) this.conflicts.inc({ why: 'stale' });
      throw error;
    }
  }

  private async change({ sku, change, occasion, seen }: ChangeStock): Promise<Stock> {
    const stock = await this.stocks.lock(sku);
    if (!stock) throw new NotFound('SKU');
    decidedOn(stock, seen);
    mustBeAsRead(stock, change);
    const movement = 'onHand' in change ? count(stock, change.onHand) : adjust(stock, change.delta);
    if (!movement) return stock;
    await this.stocks.move(movement, occasion);
    await this.announcements.publish(...levelNews([stock], [movement]));
    return levelsAfter([stock], [movement])[0];
  }

  /** Who has just put a product on the shelf may be quicker than the message that tells of it. */
  private async listed(sku: string): Promise<void> {
    for (let waited = 0; ; waited += pauseMs) {
      if (await this.stocks.find(sku)) return;
      if (waited >= longestWaitMs) throw new NotFound('SKU');
      await pause(pauseMs);
    }
  }
}
