import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Uuid } from '#kernel';
import { ShowsPeople } from '#platform/audit';
import {
  Answers,
  OperationDoc,
  Flag,
  DisconnectSignal,
  Instant,
  InvalidInput,
  PathId,
  Refuses,
  textOf,
  WholeNumber,
  type Answer,
} from '#platform/http';
import { currentRequest } from '#platform/observability';
import { Allowed } from '#platform/security';
import { OrderAnswer } from '../view-order/order-answer';
import {
  EVENT_BROKEN,
  DiffAnswer,
  EventAnswer,
  NOT_PLACED_YET,
  VERSION_NOT_THERE,
  TimelineEntry,
} from './event-answer';
import { OrderEvents } from './event-log.query';
import { takePart, MAX_ENTRIES } from './list-part';
import { answerPart, ListPartMeta, ListPartQuery } from './list-part.config';
import { DiffOrder, OrderState, type OrderDifference } from './order-state.query';
import { OrderTimeline } from './timeline.query';

class EventsQuery extends ListPartQuery {
  @Flag({
    default: false,
    description:
      'With `true`, each event also has the values that its hash covers, so that clients can compute the hash.',
  })
  canonical: boolean = false;
}

class StateQuery {
  @WholeNumber({
    min: 1,
    max: 1_000_000,
    optional: true,
    description: 'The order is shown as it was at this version.',
    example: 1,
  })
  version?: number;

  @Instant({
    optional: true,
    description: 'The order is shown as it was at this instant, to the microsecond.',
    example: '2026-11-23T03:04:05.678901Z',
  })
  at?: string;
}

class DiffQuery {
  @WholeNumber({
    min: 0,
    max: 1_000_000,
    description: 'The first version. 0 means before the order was placed.',
    example: 1,
  })
  from!: number;

  @WholeNumber({
    min: 0,
    max: 1_000_000,
    optional: true,
    description: 'The version to compare with. The default is the current version.',
  })
  to?: number;
}

@ApiTags('Replay')
@Controller('admin/orders/:id')
export class AuditController {
  constructor(private readonly queries: QueryBus) {}

  @Get('events')
  @Allowed('audit')
  @OperationDoc('listOrderEvents', "An order's raw stream", 'Personal values are shown sealed, as they are stored.')
  @Answers(200, EventAnswer, { description: 'In version order.', list: true, meta: ListPartMeta })
  @Refuses('NOT_FOUND')
  async events(@PathId() id: Uuid, @Query() { after, canonical }: EventsQuery): Promise<Answer> {
    const events = await this.queries.execute(new OrderEvents(id, { after, limit: MAX_ENTRIES + 1, canonical }));
    return answerPart(takePart(events, after));
  }

  @Get('state')
  @Allowed('audit')
  @ShowsPeople()
  @OperationDoc('viewOrderState', 'An order as it was at a version or at an instant')
  @Answers(200, OrderAnswer, { description: 'The order at that version or instant.' })
  @Refuses('NOT_FOUND', VERSION_NOT_THERE, NOT_PLACED_YET, EVENT_BROKEN)
  async state(@PathId() id: Uuid, @Query() { version, at }: StateQuery): Promise<object> {
    if (version !== undefined && at !== undefined) {
      throw new InvalidInput([{ field: 'at', message: textOf('oneOfTwo', currentRequest()?.locale ?? 'en') }]);
    }
    return this.queries.execute(new OrderState(id, { version, at }));
  }

  @Get('diff')
  @Allowed('audit')
  @ShowsPeople()
  @OperationDoc('diffOrder', 'What changed between two versions of an order, and by which events')
  @Answers(200, DiffAnswer, { description: 'The changes, by path.' })
  @Refuses('NOT_FOUND', VERSION_NOT_THERE, EVENT_BROKEN)
  async diff(@PathId() id: Uuid, @Query() { from, to }: DiffQuery): Promise<OrderDifference> {
    return this.queries.execute(new DiffOrder(id, from, to));
  }

  @Get('timeline')
  @Allowed('audit')
  @OperationDoc(
    'viewOrderTimeline',
    'Everything that happened to an order, in order of time: events, checkout, payment, stock, points and e-mails',
    'Notes are in the language of `Accept-Language`. Notes of sagas are always in English.',
  )
  @Answers(200, TimelineEntry, { description: 'The oldest entry first.', list: true, meta: ListPartMeta })
  @Refuses('NOT_FOUND')
  async timeline(
    @PathId() id: Uuid,
    @Query() { after }: ListPartQuery,
    @DisconnectSignal() gone: AbortSignal,
  ): Promise<Answer> {
    const all = await this.queries.execute(new OrderTimeline(id, currentRequest()?.locale, gone));
    return answerPart(takePart(all.slice(after), after));
  }
}
