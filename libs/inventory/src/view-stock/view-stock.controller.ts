import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { NotFound, normalSku } from '#kernel';
import {
  answer,
  Answers,
  OperationDoc,
  page,
  PageQuery,
  parseCursor,
  PRIVATE,
  Refuses,
  HasEtag,
  etagOfView,
  Text,
  type Answer,
} from '#platform/http';
import { Allowed } from '#platform/security';
import { SkuPath } from '../adjust-stock/adjust-stock.controller';
import { StockView, viewStock } from './stock-view';
import { ViewStock } from './view-stock.query';

class StockQuery extends PageQuery {
  @Text({ min: 1, max: 100, optional: true, description: 'Only this SKU.', example: 'CFS-S' })
  sku?: string;
}

@ApiTags('Stock')
@Allowed('stock')
@Controller('admin/inventory')
export class ViewStockController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @OperationDoc('listStock', 'The stock, by SKU')
  @Answers(200, StockView, { list: true, paged: true })
  @Refuses('UNAVAILABLE')
  async list(@Query() { limit, cursor, sku }: StockQuery): Promise<Answer<StockView[]>> {
    const after = parseCursor(cursor, z.string().max(100));
    const stocks = await this.queries.execute(new ViewStock(limit + 1, after, sku && normalSku(sku)));
    return page(stocks, limit, (stock) => stock.sku, viewStock);
  }

  @Get(':sku')
  @HasEtag()
  @OperationDoc('lookUpStock', 'The stock of a SKU')
  @Answers(200, StockView)
  @Refuses('NOT_FOUND', 'UNAVAILABLE')
  async lookUp(@Param() { sku }: SkuPath): Promise<Answer<StockView>> {
    const [stock] = await this.queries.execute(new ViewStock(1, undefined, normalSku(sku)));
    if (!stock) throw new NotFound('SKU');
    const view = viewStock(stock);
    return answer(view, { etag: etagOfView(view), cacheControl: PRIVATE });
  }
}
