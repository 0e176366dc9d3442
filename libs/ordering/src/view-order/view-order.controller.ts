import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Uuid } from '#kernel';
import { ShowsPeople } from '#platform/audit';
import {
  answer,
  Answers,
  OperationDoc,
  PathId,
  PRIVATE,
  Refuses,
  HasEtag,
  WholeNumber,
  type Answer,
} from '#platform/http';
import { Allowed, CartOrUser, CurrentCaller, type Caller } from '#platform/security';
import { EVENT_BROKEN, OrderAnswer } from './order-answer';
import { GuestTokens, TOKEN_SPENT } from './guest-tokens.query';
import { ViewOrder, type SeenOrder } from './view-order.query';

class ViewOrderQuery {
  @WholeNumber({
    min: 1,
    max: 1_000_000,
    optional: true,
    description:
      'The request waits for at most 2 s until the order has reached this version. If it has not, `meta.stale` is true.',
    example: 2,
  })
  minVersion?: number;
}

const Meta = z.object({
  stale: z.boolean().optional(),
  behind: z.literal(true).optional().meta({
    description:
      'A later event of the order cannot be read. Until staff repair the order, the response shows it as it was before that event.',
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
  @HasEtag()
  @OperationDoc(
    'viewOrder',
    'View one of your orders',
    'A guest sends the `X-Cart-Token` of the response to the newest order; after a log-in, together with the access token. An ' +
      'order can be read at once after its 201 response.',
  )
  @Answers(200, OrderAnswer, { description: 'The order.', meta: Meta })
  @Refuses('NOT_FOUND', TOKEN_SPENT, EVENT_BROKEN)
  async view(@PathId() id: Uuid, @Query() query: ViewOrderQuery, @CurrentCaller() caller: Caller): Promise<Answer> {
    const reader = await this.guests.readerOfOneOrder(caller);
    return toAnswer(await this.queries.execute(new ViewOrder(id, reader, query.minVersion)));
  }

  @Get('admin/orders/:id')
  @Allowed('staff', 'audit')
  @ShowsPeople()
  @HasEtag()
  @OperationDoc('viewAnyOrder', 'View any order, as staff')
  @Answers(200, OrderAnswer, { description: 'The order.', meta: Meta })
  @Refuses('NOT_FOUND', EVENT_BROKEN)
  async viewAny(@PathId() id: Uuid, @Query() query: ViewOrderQuery): Promise<Answer> {
    return toAnswer(await this.queries.execute(new ViewOrder(id, undefined, query.minVersion)));
  }
}
