import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Uuid } from '#kernel';
import { ShowsPeople } from '#platform/audit';
import { answer, Answers, Does, PathId, PRIVATE, Refuses, Tagged, Whole, type Answer } from '#platform/http';
import { Allowed, CartOrUser, Who, type Caller } from '#platform/security';
import { EVENT_BROKEN, OrderAnswer } from './order-answer';
import { GuestTokens, TOKEN_SPENT } from './guest-tokens.query';
import { ViewOrder, type SeenOrder } from './view-order.query';

class ViewOrderQuery {
  @Whole({
    min: 1,
    max: 1_000_000,
    optional: true,
    description: 'Waits up to 2 s until the order reaches this version. If it does not, `meta.stale` is true.',
    example: 2,
  })
  minVersion?: number;
}

const Meta = z.object({
  stale: z.boolean().optional(),
  behind: z.literal(true).optional().meta({
    description:
      'A later event of the order cannot be read. This is the order before that event, until staff repair it.',
  }),
});

const toAnswer = ({ order, stale, behind }: SeenOrder): Answer =>
  answer(order, {
    etag: true,
    cacheControl: PRIVATE,
    ...((stale || behind) && { meta: { ...(stale && { stale }), ...(behind && { behind }) } }),
  });

@ApiTags('Orders')
@Controller()
export class ViewOrderController {
  constructor(
    private readonly queries: QueryBus,
    private readonly guests: GuestTokens,
  ) {}

  @Get('orders/:id')
  @CartOrUser()
  @Tagged()
  @Does(
    'viewOrder',
    'Look at one of your orders',
    'A guest sends the `X-Cart-Token` that came with the newest order, also beside an access token after a log-in. An order ' +
      'that was answered with 201 is found at once.',
  )
  @Answers(200, OrderAnswer, { description: 'The order.', meta: Meta })
  @Refuses('NOT_FOUND', TOKEN_SPENT, EVENT_BROKEN)
  async view(@PathId() id: Uuid, @Query() query: ViewOrderQuery, @Who() caller: Caller): Promise<Answer> {
    const reader = await this.guests.readerOfOneOrder(caller);
    return toAnswer(await this.queries.execute(new ViewOrder(id, reader, query.minVersion)));
  }

  @Get('admin/orders/:id')
  @Allowed('staff', 'audit')
  @ShowsPeople()
  @Tagged()
  @Does('viewAnyOrder', 'Look at any order, as staff')
  @Answers(200, OrderAnswer, { description: 'The order.', meta: Meta })
  @Refuses('NOT_FOUND', EVENT_BROKEN)
  async viewAny(@PathId() id: Uuid, @Query() query: ViewOrderQuery): Promise<Answer> {
    return toAnswer(await this.queries.execute(new ViewOrder(id, undefined, query.minVersion)));
  }
}
