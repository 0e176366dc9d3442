import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { answer, Answers, OperationDoc, Flag, OneOf, WholeNumber, type Answer } from '#platform/http';
import { Allowed } from '#platform/security';
import { orderEventTypes } from '../model/order';
import { EventAnswer } from './event-answer';
import { EventLog } from './event-log.query';

class LogQuery {
  @WholeNumber({ min: 0, default: 0, description: 'The page begins after this position.', example: 0 })
  after: number = 0;

  @OneOf(orderEventTypes, { optional: true, description: 'Only events of this type.' })
  type?: (typeof orderEventTypes)[number];

  @WholeNumber({ min: 1, max: 100, default: 20, description: 'The maximum number of events.', example: 20 })
  limit: number = 20;

  @Flag({
    default: false,
    description:
      'With `true`, each event also has the values that its hash covers, so that clients can compute the hash.',
  })
  canonical: boolean = false;
}

const Meta = z.object({
  nextAfter: z.int().meta({
    description:
      'The `after` of the next page. This page and the pages before it cover all events up to this position, including events that the filter left out. At the end of the log, use this value to request later events.',
  }),
  hasMore: z.boolean(),
  head: z.int().meta({ description: 'The last position in the log.' }),
});

@ApiTags('Replay')
@Controller('admin/events')
export class EventLogController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Allowed('audit')
  @OperationDoc('listEvents', 'All events by position')
  @Answers(200, EventAnswer, { description: 'A page of the log.', list: true, meta: Meta })
  async log(@Query() { after, limit, type, canonical }: LogQuery): Promise<Answer> {
    const { events, head } = await this.queries.execute(new EventLog(after, limit, type, canonical));
    const shown = events.slice(0, limit);
    const hasMore = events.length > limit;
    return answer(shown, {
      meta: { nextAfter: hasMore ? shown.at(-1)!.position : Math.max(head, after), hasMore, head },
    });
  }
}
