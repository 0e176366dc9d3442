import { Body, Controller, Param, Post, Put } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { answer, Answers, Does, etagOf, IfMatch, Refuses, Text, Whole, type Answer } from '#platform/http';
import { Allowed, Who, type Caller } from '#platform/security';
import type { Occasion } from '../model/stocks.store';
import { StockView, viewStock } from '../view-stock/stock-view';
import { mostOnHand } from './adjust-stock';
import { ChangeStock, type StockChange } from './change-stock.command';

class SkuPath {
  @Text({ min: 1, max: 100, example: 'CFS-S' })
  sku!: string;
}

class CountBody {
  @Whole({ min: 0, max: mostOnHand, example: 120, description: 'What was counted on the shelf.' })
  onHand!: number;
}

class AdjustmentBody {
  @Whole({ min: -mostOnHand, max: mostOnHand, example: -2, description: 'What came in, or was lost.' })
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
  @Does('countStock', 'Say how much of a SKU there is')
  @Answers(200, StockView)
  @Refuses('NOT_FOUND', 'STOCK_BELOW_RESERVED', 'PRECONDITION_FAILED')
  count(
    @Param() { sku }: SkuPath,
    @Body() { onHand }: CountBody,
    @Who() caller: Caller,
    @IfMatch() seen?: number,
  ): Promise<Answer<StockView>> {
    return this.change(sku, { onHand }, { actor: nameOf(caller) }, seen);
  }

  @Post(':sku/adjustments')
  @Does('adjustStock', 'Add to the stock of a SKU, or take from it, and say why')
  @Answers(200, StockView)
  @Refuses('NOT_FOUND', 'STOCK_BELOW_RESERVED', 'STOCK_TOO_LARGE', 'PRECONDITION_FAILED')
  adjust(
    @Param() { sku }: SkuPath,
    @Body() { delta, reason }: AdjustmentBody,
    @Who() caller: Caller,
    @IfMatch() seen?: number,
  ): Promise<Answer<StockView>> {
    return this.change(sku, { delta }, { actor: nameOf(caller), reason }, seen);
  }

  private async change(
    sku: string,
    change: StockChange,
    occasion: Occasion,
    seen?: number,
  ): Promise<Answer<StockView>> {
    const stock = await this.commands.execute(new ChangeStock(sku, change, occasion, seen));
    return answer(viewStock(stock), { etag: etagOf(stock.version) });
  }
}

const nameOf = (caller: Caller): string => (caller.kind === 'user' ? caller.userId : 'guest');
