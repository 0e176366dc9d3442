import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { IdShape, InstantShape, type Uuid } from '#kernel';
import type { OrderStatus } from '#contracts/ordering';
import { Answers, Does, From, Id, OneOf, page, PageQuery, placeOf, Until, type Answer } from '#platform/http';
import { Allowed, CartOrUser, Who, type Caller } from '#platform/security';
import { showToOwner, statuses, type Showing } from '../view-order/order-answer';
import { ListOrders, type ListedOrder as Listed, type OrderFilter } from './list-orders.query';
import { ListedOrder } from './order-list';

class OwnOrdersQuery extends PageQuery {
  @OneOf(statuses, { optional: true, description: 'Only orders in this status.' })
  status?: OrderStatus;
}

class AllOrdersQuery extends OwnOrdersQuery {
  @Id({ optional: true, description: "Only this customer's." })
  customer?: Uuid;

  @From('Placed on this day in Vietnam or later, or from this time on.')
  from?: Date;

  @Until('Placed on this day in Vietnam or earlier, or before this time.')
  to?: Date;
}

const Place = z.object({ at: InstantShape, id: IdShape });

const placeIn = ({ placedAt, id }: Listed) => ({ at: placedAt, id });

@ApiTags('Orders')
@Controller()
export class ListOrdersController {
  constructor(private readonly queries: QueryBus) {}

  @Get('orders')
  @CartOrUser()
  @Does('listOrders', 'Your orders, the youngest first', 'A guest sends the `X-Cart-Token` that placed them.')
  @Answers(200, ListedOrder, { description: 'A page of orders.', list: true, paged: true })
  async own(@Query() query: OwnOrdersQuery, @Who() caller: Caller): Promise<Answer> {
    const { status } = query;
    if (caller.kind === 'user') return this.page({ customer: caller.userId, status }, query, showToOwner);
    // What does not even look like a cart token has placed no order.
    if (!caller.cartTokenHash) return page([], query.limit, placeIn);
    return this.page({ guest: caller.cartTokenHash, status }, query, showToOwner);
  }

  @Get('admin/orders')
  @Allowed('staff')
  @Does('listAllOrders', 'All orders, the youngest first, as staff')
  @Answers(200, ListedOrder, { description: 'A page of orders.', list: true, paged: true })
  async all(@Query() query: AllOrdersQuery): Promise<Answer> {
    const { status, customer, from, to } = query;
    return this.page({ status, customer, from, to }, query);
  }

  private async page(filter: OrderFilter, { limit, cursor }: PageQuery, show?: Showing): Promise<Answer> {
    const rows = await this.queries.execute(new ListOrders(filter, limit, placeOf(cursor, Place), show));
    return page(rows, limit, placeIn, (row) => row);
  }
}
