import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Uuid } from '#kernel';
import { Answers, OperationDoc, DisconnectSignal, PathId, Refuses, type Answer } from '#platform/http';
import { shopLocale } from '#platform/observability';
import { CartOrUser, CurrentCaller, type Caller } from '#platform/security';
import { GuestTokens, TOKEN_SPENT } from '../view-order/guest-tokens.query';
import { EVENT_BROKEN, StepAnswer } from './event-answer';
import { OrderHistory } from './order-history.query';
import { takePart } from './list-part';
import { answerPart, ListPartMeta, ListPartQuery } from './list-part.config';

@ApiTags('Orders')
@Controller('orders')
export class OrderHistoryController {
  constructor(
    private readonly queries: QueryBus,
    private readonly guests: GuestTokens,
  ) {}

  @Get(':id/history')
  @CartOrUser()
  @OperationDoc('viewOrderHistory', "Your order's history, in the language of `Accept-Language`")
  @Answers(200, StepAnswer, { description: 'The oldest step first.', list: true, meta: ListPartMeta })
  @Refuses('NOT_FOUND', TOKEN_SPENT, EVENT_BROKEN)
  async history(
    @PathId() id: Uuid,
    @Query() { after }: ListPartQuery,
    @CurrentCaller() caller: Caller,
    @DisconnectSignal() gone: AbortSignal,
  ): Promise<Answer> {
    const reader = await this.guests.readerOfOneOrder(caller);
    const all = await this.queries.execute(new OrderHistory(id, reader, shopLocale(), gone));
    return answerPart(takePart(all.slice(after), after));
  }
}
