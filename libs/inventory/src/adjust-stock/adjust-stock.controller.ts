import { Body, Controller, Param, Post, Put } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { normalSku, type Seen } from '#kernel';
import {
  answer,
  Answers,
  Immutable,
  describeComplaint,
  OperationDoc,
  IfMatch,
  InvalidInput,
  ReadOnly,
  Refuses,
  etagOfView,
  Text,
  WholeNumber,
  type Answer,
} from '#platform/http';
import { Allowed, CurrentCaller, type Caller } from '#platform/security';
import { StockTooLarge } from '../model/stock-errors';
import type { LedgerNote } from '../model/stocks.store';
import { StockView, viewStock } from '../view-stock/stock-view';
import { maxOnHand } from './adjust-stock';
import { ChangeStock, type StockChange } from './change-stock.command';

export class SkuPath {
  @Text({ min: 1, max: 100, example: 'CFS-S' })
  sku!: string;
}

/**
 * The highest value of the field. The rule with `maxOnHand` is checked later, because it depends on the current stock.
 */
const HIGHEST_COUNT = 2_147_483_647;

/** A client can send back all fields that it has read. A different SKU or reserved number is refused. */
class CountBody {
  @WholeNumber({
    min: 0,
    max: HIGHEST_COUNT,
    example: 120,
    description: `The number of pieces that were counted in the shop. It may not be raised above ${maxOnHand}.`,
  })
  onHand!: number;

  @Immutable(z.string().max(100), { type: String, example: 'CFS-S' })
  sku?: string | null;

  @Immutable(z.int(), { type: 'integer', example: 3 })
  reserved?: number | null;

  @ReadOnly(z.int(), { type: 'integer', example: 117 })
  available?: number;

  @ReadOnly(z.int(), { type: 'integer', example: 42 })
  version?: number;
}

class AdjustmentBody {
  @WholeNumber({
    min: -maxOnHand,
    max: maxOnHand,
    example: -2,
    description: 'How many pieces came in, or, if negative, were lost.',
  })
  delta!: number;

  @Text({ min: 1, max: 500, trim: true, example: 'Two bags were torn' })
  reason!: string;
}

@ApiTags('Stock')
@Allowed('stock')
@Controller('admin/inventory')
export class AdjustStockController {
  constructor(private readonly commands: CommandBus) {}

  @Put(':sku')
  @OperationDoc('countStock', 'Set the counted stock of a SKU')
  @Answers(200, StockView)
  @Refuses('NOT_FOUND', 'STOCK_BELOW_RESERVED', 'PRECONDITION_FAILED', 'UNAVAILABLE')
  count(
    @Param() { sku }: SkuPath,
    @Body() { onHand, sku: readSku, reserved }: CountBody,
    @CurrentCaller() caller: Caller,
    @IfMatch() seen?: Seen,
  ): Promise<Answer<StockView>> {
    const asRead = { sku: normalSku(readSku ?? sku), ...(reserved !== null && { reserved }) };
    return this.change(sku, { onHand, asRead }, { actor: actorOf(caller) }, seen).catch((error: unknown) => {
      if (!(error instanceof StockTooLarge)) throw error;
      throw new InvalidInput([
        { field: 'onHand', message: describeComplaint({ code: 'number.large', params: { max: maxOnHand } }) },
      ]);
    });
  }

  @Post(':sku/adjustments')
  @OperationDoc('adjustStock', 'Add to the stock of a SKU, or take from it, with a reason')
  @Answers(200, StockView)
  @Refuses('NOT_FOUND', 'STOCK_BELOW_RESERVED', 'STOCK_TOO_LARGE', 'PRECONDITION_FAILED', 'UNAVAILABLE')
  adjust(
    @Param() { sku }: SkuPath,
    @Body() { delta, reason }: AdjustmentBody,
    @CurrentCaller() caller: Caller,
    @IfMatch() seen?: Seen,
  ): Promise<Answer<StockView>> {
    return this.change(sku, { delta }, { actor: actorOf(caller), reason }, seen);
  }

  private async change(
    sku: string,
    change: StockChange,
    ledgerNote: LedgerNote,
    seen?: Seen,
  ): Promise<Answer<StockView>> {
    const stock = await this.commands.execute(new ChangeStock(normalSku(sku), change, ledgerNote, seen));
    const view = viewStock(stock);
    return answer(view, { etag: etagOfView(view) });
  }
}

const actorOf = (caller: Caller): string => (caller.kind === 'user' ? caller.userId : 'guest');
