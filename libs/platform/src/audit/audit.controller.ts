import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { IdShape, InstantShape, sameId } from '#kernel';
import { Answers, Does, From, Line, MomentShape, page, PageQuery, placeOf, Until, type Answer } from '#platform/http';
import { Allowed } from '#platform/security';
import { ListAudit } from './audit.query';
import type { AuditRow } from './audit-trail.store';

export const AuditAnswer = z
  .object({
    id: IdShape,
    at: InstantShape,
    actor: z.string().meta({ description: "An account's id, or `os:` and a number at the command line." }),
    role: z.string().meta({ example: 'admin' }),
    channel: z.enum(['api', 'command-line']),
    operation: z.string().meta({ example: 'redriveDeadLetter' }),
    request: z.string().meta({ example: 'POST /api/v1/admin/dead-letters/:id/redrive' }),
    targets: z.array(z.string()).meta({ example: ['ordering-123'] }),
    reason: z.string().nullable(),
    requestId: z.string().nullable(),
    status: z.int().nullable().meta({ description: 'What was answered; null where nobody was left to say.' }),
    code: z.string().nullable(),
    made: z.string().nullable().meta({ description: 'The id of what was made or changed by it.' }),
  })
  .meta({ id: 'AuditLine' });

class AuditPage extends PageQuery {
  @Line({ min: 1, max: 100, optional: true, description: 'Only what this one did.' })
  actor?: string;

  @Line({ min: 1, max: 100, optional: true, description: 'Only this operation.', example: 'redriveDeadLetter' })
  operation?: string;

  @Line({ min: 1, max: 200, optional: true, description: 'Only what was done to this one.' })
  target?: string;

  @From('From this day in Vietnam, or from this time on.')
  from?: Date;

  @Until('Until this day in Vietnam, itself included, or before this time.')
  to?: Date;
}

const Place = z.object({
  at: MomentShape,
  id: IdShape,
});

export const showAudit = ({ place: _, at, ...line }: AuditRow): z.infer<typeof AuditAnswer> => ({
  ...line,
  at: at.toISOString(),
  targets: [...line.targets],
});

@ApiTags('Operations')
@Controller('admin/audit')
export class AuditController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Allowed('audit')
  @Does('listAudit', 'Who did what in the back office, the youngest first')
  @Answers(200, AuditAnswer, { description: 'A page of the trail.', list: true, paged: true })
  async list(@Query() { limit, cursor, actor, target, ...others }: AuditPage): Promise<Answer> {
    const filter = {
      ...others,
      ...(actor !== undefined && { actor: sameId(actor) }),
      ...(target !== undefined && { target: sameId(target) }),
    };
    const rows = await this.queries.execute(new ListAudit(filter, limit, placeOf(cursor, Place)));
    return page(rows, limit, ({ place: at, id }) => ({ at, id }), showAudit);
  }
}
