import { Controller, Get, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { IdShape, InstantShape, type Uuid } from '#kernel';
import { Answers, OperationDoc, page, PageQuery, PathId, parseCursor, Refuses, type Answer } from '#platform/http';
import { Allowed } from '#platform/security';
import { EraseAccount, EraseGuest } from './erase-person.command';
import type { Erasure } from './erasure';
import { ErasureAnswer } from './erasure-answer';
import { ListErasures, ViewErasure } from './erasures.query';

const CursorShape = z.object({ at: InstantShape, id: IdShape });
const erasureDescription = {
  description: 'An erasure cannot be undone. A repeated request returns the progress of the erasure.',
};

@ApiTags('Privacy')
@Controller('admin')
@Allowed('ops')
export class ErasuresController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post('users/:id/erasure')
  @Allowed('ops')
  @OperationDoc('eraseAccount', 'Erase a customer who has asked to be erased')
  @Answers(202, ErasureAnswer, erasureDescription)
  @Refuses('NOT_FOUND', 'ORDER_OPEN', 'STAFF_ACCOUNT', 'UNAVAILABLE')
  account(@PathId() id: Uuid): Promise<Erasure> {
    return this.commands.execute(new EraseAccount(id));
  }

  @Post('orders/:id/erasure')
  @Allowed('ops')
  @OperationDoc('eraseGuest', 'Erase the guest who placed an order')
  @Answers(202, ErasureAnswer, erasureDescription)
  @Refuses('NOT_FOUND', 'ORDER_OPEN', 'ORDER_OF_CUSTOMER', 'UNAVAILABLE')
  guest(@PathId() id: Uuid): Promise<Erasure> {
    return this.commands.execute(new EraseGuest(id));
  }

  @Get('erasures')
  @Allowed('ops')
  @OperationDoc('listErasures', 'All erasures, newest first')
  @Answers(200, ErasureAnswer, { list: true, paged: true })
  async list(@Query() { limit, cursor }: PageQuery): Promise<Answer> {
    const rows = await this.queries.execute(new ListErasures(limit + 1, parseCursor(cursor, CursorShape)));
    return page(
      rows,
      limit,
      ({ askedAt, id }) => ({ at: askedAt, id }),
      (row) => row,
    );
  }

  @Get('erasures/:id')
  @Allowed('ops')
  @OperationDoc('viewErasure', 'The progress of an erasure')
  @Answers(200, ErasureAnswer)
  @Refuses('NOT_FOUND')
  view(@PathId() id: Uuid): Promise<Erasure> {
    return this.queries.execute(new ViewErasure(id));
  }
}
