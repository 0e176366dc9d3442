import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Uuid } from '#kernel';
import { Answers, Does, PathId, Refuses } from '#platform/http';
import { shopLocale } from '#platform/observability';
import { CartOrUser, Who, type Caller } from '#platform/security';
import { readerOf } from '../view-order/view-order.controller';
import { StepAnswer } from './event-answer';
import { OrderHistory, type DatedStep } from './order-history.query';

@ApiTags('Orders')
@Controller('orders')
export class OrderHistoryController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':id/history')
  @CartOrUser()
  @Does('viewOrderHistory', "Your order's history, in the language of `Accept-Language`")
  @Answers(200, StepAnswer, { description: 'The oldest step first.', list: true })
  @Refuses('NOT_FOUND')
  async history(@PathId() id: Uuid, @Who() caller: Caller): Promise<readonly DatedStep[]> {
    return this.queries.execute(new OrderHistory(id, readerOf(caller), shopLocale()));
  }
}
