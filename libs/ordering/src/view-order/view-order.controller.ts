import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Uuid } from '#kernel';
import { answer, Answers, Does, PathId, PRIVATE, Refuses, Tagged, Whole, type Answer } from '#platform/http';
import { Allowed, CartOrUser, Who, type Caller } from '#platform/security';
import { OrderAnswer } from './order-answer';
import type { Reader } from './order-view';
import { ViewOrder, type SeenOrder } from './view-order.query';

class ViewOrderQuery {
  @Whole({
    min: 1,
    max: 1_000_000,
    optional: true,
    description: 'Waits up to 2 s for the order to reach this version; not reached: `meta.stale`.',
    example: 2,
  })
  minVersion?: number;
}

const Meta = z.object({ stale: z.boolean().optional() });

/** The caller as a reader of orders. */
export const readerOf = (caller: Caller): Reader => ({
  userId: caller.kind === 'user' ? caller.userId : undefined,
  cartTokenHash: caller.cartTokenHash,
});

const shown = ({ order, stale }: SeenOrder): Answer =>
  answer(order, { etag: true, cacheControl: PRIVATE, ...(stale && { meta: { stale } }) });

@ApiTags('Orders')
@Controller()
export class ViewOrderController {
  constructor(private readonly queries: QueryBus) {}

  @Get('orders/:id')
  @CartOrUser()
  @Tagged()
  @Does(
    'viewOrder',
    'Look at one of your orders',
    'A guest sends the `X-Cart-Token` that placed it. An order that was answered with 201 is found at once.',
  )
  @Answers(200, OrderAnswer, { description: 'The order.', meta: Meta })
  @Refuses('NOT_FOUND')
  async view(@PathId() id: Uuid, @Query() query: ViewOrderQuery, @Who() caller: Caller): Promise<Answer> {
    return shown(await this.queries.execute(new ViewOrder(id, readerOf(caller), query.minVersion)));
  }

  @Get('admin/orders/:id')
  @Allowed('staff')
  @Tagged()
  @Does('viewAnyOrder', 'Look at any order, as staff')
  @Answers(200, OrderAnswer, { description: 'The order.', meta: Meta })
  @Refuses('NOT_FOUND')
  async viewAny(@PathId() id: Uuid, @Query() query: ViewOrderQuery): Promise<Answer> {
    return shown(await this.queries.execute(new ViewOrder(id, undefined, query.minVersion)));
  }
}
