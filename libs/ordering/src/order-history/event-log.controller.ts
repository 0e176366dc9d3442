import { Controller, Get, Post, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { VerifyResult } from '#platform/event-store';
import { answer, Answers, Does, OneOf, Whole, type Answer } from '#platform/http';
import { Allowed } from '#platform/security';
import { orderEventTypes } from '../model/order';
import { EventAnswer, VerifyAnswer } from './event-answer';
import { EventLog, VerifyEvents } from './event-log.query';

class LogQuery {
  @Whole({ min: 0, default: 0, description: 'The position after which to begin.', example: 0 })
  after: number = 0;

  @OneOf(orderEventTypes, { optional: true, description: 'Only events of this type.' })
  type?: (typeof orderEventTypes)[number];

  @Whole({ min: 1, max: 100, default: 20, description: 'How many at most.', example: 20 })
  limit: number = 20;
}

const Meta = z.object({
  nextAfter: z.int().nullable().meta({ description: 'The `after` of the next page; null at the end.' }),
  hasMore: z.boolean(),
  head: z.int().meta({ description: 'The last position given out.' }),
});

const verdict = (result: VerifyResult): z.infer<typeof VerifyAnswer> =>
  result.ok
    ? { valid: true, checked: result.events, sealedThrough: result.sealedThrough, waiting: result.waiting }
    : {
        valid: false,
        checked: Math.max((result.position ?? 1) - 1, 0),
        firstBadPosition: result.position,
        reason: result.message,
        finding: result.finding,
      };

@ApiTags('Replay')
@Controller('admin/events')
export class EventLogController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Allowed('audit')
  @Does('listEvents', 'All events by position')
  @Answers(200, EventAnswer, { description: 'A page of the log.', list: true, meta: Meta })
  async log(@Query() { after, limit, type }: LogQuery): Promise<Answer> {
    const { events, head } = await this.queries.execute(new EventLog(after, limit, type));
    const shown = events.slice(0, limit);
    const hasMore = events.length > limit;
    return answer(shown, { meta: { nextAfter: hasMore ? shown.at(-1)!.position : null, hasMore, head } });
  }

  @Post('verify')
  @Allowed('audit')
  @Does('verifyEvents', 'Walk the hash chain of all events', 'Names the first position that is not as it was written.')
  @Answers(200, VerifyAnswer, { description: 'Whether the log is as it was written.' })
  async verify(): Promise<z.infer<typeof VerifyAnswer>> {
    return verdict(await this.queries.execute(new VerifyEvents()));
  }
}
