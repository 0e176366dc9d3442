import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { answer, Answers, Does, Flag, OneOf, Whole, type Answer } from '#platform/http';
import { Allowed } from '#platform/security';
import { orderEventTypes } from '../model/order';
import { EventAnswer } from './event-answer';
import { EventLog } from './event-log.query';

class LogQuery {
  @Whole({ min: 0, default: 0, description: 'The position after which to begin.', example: 0 })
  after: number = 0;

  @OneOf(orderEventTypes, { optional: true, description: 'Only events of this type.' })
  type?: (typeof orderEventTypes)[number];

  @Whole({ min: 1, max: 100, default: 20, description: 'How many at most.', example: 20 })
  limit: number = 20;

  @Flag({
    default: false,
    description: 'Also the values that the hash covers, so that it can be computed from the answer.',
  })
  canonical: boolean = false;
}

const Meta = z.object({
  nextAfter: z.int().meta({
    description:
      'The `after` of the next page. Events up to this position are done, including those that were filtered out. At the end of the log, ask again later with this value.',
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
  @Does('listEvents', 'All events by position')
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
