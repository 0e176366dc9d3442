import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { IdShape, InstantShape, type Uuid } from '#kernel';
import { orderStatuses, type OrderStatus } from '#contracts/ordering';
import { ShowsPeople } from '#platform/audit';
import {
  answer,
  Answers,
  OperationDoc,
  From,
  Id,
  OneOf,
  page,
  PageQuery,
  parseCursor,
  Until,
  type Answer,
} from '#platform/http';
import { Allowed, CartOrUser, CurrentCaller, type Caller } from '#platform/security';
import { GuestTokens } from '../view-order/guest-tokens.query';
import { showToOwner, type ShowOrder } from '../view-order/order-answer';
import { ListOrders, type ListedRow, type OrderFilter } from './list-orders.query';
import { ListedOrder } from './order-list';

class OwnOrdersQuery extends PageQuery {
  @OneOf(orderStatuses, { optional: true, description: 'Only orders in this status.' })
  status?: OrderStatus;
}

class AllOrdersQuery extends OwnOrdersQuery {
  @Id({ optional: true, description: 'Only orders of this customer.' })
  customer?: Uuid;

  @From('Orders placed on this day in Vietnam or later, or at this time or later.')
  from?: Date;

  @Until('Orders placed on this day in Vietnam or earlier, or before this time.')
  to?: Date;
}

const CursorShape = z.object({ at: InstantShape, id: IdShape });

const Meta = z.object({
  broken: z.array(IdShape).optional().meta({
    description:
      'Orders of this page that cannot be shown, because one of their events cannot be read. They are not in `data`.',
  }),
  behind: z.array(IdShape).optional().meta({
    description: 'Orders of this page that are shown as they were before an event that cannot be read.',
  }),
});

const OwnMeta = Meta.extend({
  tokenSpent: z
    .literal(true)
    .optional()
    .meta({
      description:
        'An order was placed with the `X-Cart-Token` of this request, so this token is spent. Send the token that was in the ' +
        'response to that order.',
    }),
});

const cursorOf = ({ cursor }: ListedRow) => cursor;

const idsOf = (rows: readonly ListedRow[]): readonly Uuid[] => rows.map(({ cursor }) => cursor.id);

@ApiTags('Orders')
@Controller()
export class ListOrdersController {
  constructor(
    private readonly queries: QueryBus,
    private readonly guests: GuestTokens,
  ) {}

  @Get('orders')
  @CartOrUser()
  @OperationDoc(
    'listOrders',
    'Your orders, newest first',
    'With an access token, you get the orders of the account. With the `X-Cart-Token` of the response to a guest’s newest ' +
      'order, you get the orders of the guest. With both, you get both.',
  )
  @Answers(200, ListedOrder, { description: 'A page of orders.', list: true, paged: true, meta: OwnMeta })
  async own(@Query() query: OwnOrdersQuery, @CurrentCaller() caller: Caller): Promise<Answer> {
    const { status } = query;
    const { userId: customer, cartTokenHash: guest, tokenSpent } = await this.guests.readerOf(caller);
    const meta = tokenSpent && { tokenSpent };
    if (!customer && !guest) return page([], query.limit, cursorOf, cursorOf, { ...(meta && { meta }) });
    return this.page({ customer, guest, status }, query, showToOwner, meta);
  }

  @Get('admin/orders')
  @Allowed('staff', 'audit')
  @ShowsPeople()
  @OperationDoc('listAllOrders', 'All orders, newest first, as staff')
  @Answers(200, ListedOrder, { description: 'A page of orders.', list: true, paged: true, meta: Meta })
  async all(@Query() query: AllOrdersQuery): Promise<Answer> {
    const { status, customer, from, to } = query;
    return this.page({ status, customer, from, to }, query);
  }

  private async page(
    filter: OrderFilter,
    { limit, cursor }: PageQuery,
    show?: ShowOrder,
    more?: object,
  ): Promise<Answer> {
    const rows = await this.queries.execute(new ListOrders(filter, limit, parseCursor(cursor, CursorShape), show));
    const shown = rows.slice(0, limit);
    const broken = idsOf(shown.filter(({ order }) => order === null));
    const behind = idsOf(shown.filter((row) => row.behind && row.order !== null));
    const { data, options } = page(rows, limit, cursorOf, ({ order }) => order, {
      meta: { ...more, ...(broken.length > 0 && { broken }), ...(behind.length > 0 && { behind }) },
    });
    return answer(
      data.filter((order) => order !== null),
      options,
    );
  }
}
