import { Controller, Get, Post, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { IdShape, InstantShape, NotFound, sameId, type Uuid } from '#kernel';
import {
  answer,
  Answers,
  Does,
  From,
  DisconnectSignal,
  Line,
  MomentShape,
  page,
  PageQuery,
  PathId,
  placeOf,
  Refuses,
  Until,
  type Answer,
} from '#platform/http';
import { Allowed } from '#platform/security';
import { ListAudit } from './audit.query';
import { ChangesNothing } from './noted';
import type { AuditRow } from './audit-trail.store';
import { AuditVerifications } from './verifications';
import type { AuditVerification } from './verifications.store';

export const AuditAnswer = z
  .object({
    id: IdShape,
    at: InstantShape,
    actor: z.string().meta({
      description:
        "An account's id; `os:` and a number at the command line; `address:` and a code for whoever was refused with a forged token.",
    }),
    role: z.string().meta({ example: 'admin' }),
    channel: z.enum(['api', 'command-line']),
    operation: z.string().meta({ example: 'redriveDeadLetter' }),
    request: z.string().meta({ example: 'POST /api/v1/admin/dead-letters/:id/redrive' }),
    targets: z.array(z.string()).meta({ example: ['ordering-123'] }),
    reason: z.string().nullable(),
    requestId: z.string().nullable(),
    status: z
      .int()
      .nullable()
      .meta({ description: 'The status that was answered; null if the process ended before it could write it.' }),
    code: z.string().nullable(),
    made: z.string().nullable().meta({ description: 'The id of what was created or changed.' }),
  })
  .meta({ id: 'AuditLine' });

export const AuditVerifyAnswer = z
  .object({
    valid: z.boolean(),
    checked: z.int().meta({ description: 'Lines and outcomes that are unchanged.' }),
    sealedThrough: z
      .int()
      .meta({ description: 'Up to this position a signature covers the trail; after it only the hash chain does.' }),
    firstBadPosition: z.int().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'AuditVerification' });

export const AuditVerificationRunAnswer = z
  .object({
    id: IdShape,
    state: z.enum(['running', 'done', 'stopped']),
    checked: z.int().meta({ description: 'The position reached.' }),
    startedAt: InstantShape,
    result: AuditVerifyAnswer.nullable(),
  })
  .meta({ id: 'AuditVerificationRun' });

/** How long a request waits for the result. After that, the answer is the id of the run. */
const LONGEST_WAIT_MS = 10_000;

class AuditPage extends PageQuery {
  @Line({ min: 1, max: 100, optional: true, description: 'Only what this person did.' })
  actor?: string;

  @Line({ min: 1, max: 100, optional: true, description: 'Only this operation.', example: 'redriveDeadLetter' })
  operation?: string;

  @Line({ min: 1, max: 200, optional: true, description: 'Only what was done to this target.' })
  target?: string;

  @From('From this day in Vietnam, or from this time on.')
  from?: Date;

  @Until('Until this day in Vietnam, itself included, or before this time.')
  to?: Date;
}

/** What a cursor contains. The time of an older row may be infinite. */
const CursorShape = z.object({ at: MomentShape.or(z.enum(['infinity', '-infinity'])), id: IdShape });

const showRun = ({ startedAt, ...run }: AuditVerification): z.infer<typeof AuditVerificationRunAnswer> => ({
  ...run,
  startedAt: startedAt.toISOString(),
});

export const showAudit = ({ exactAt: _, at, ...line }: AuditRow): z.infer<typeof AuditAnswer> => ({
  ...line,
  at: at.toISOString(),
  targets: [...line.targets],
});

@ApiTags('Operations')
@Controller('admin/audit')
export class AuditController {
  constructor(
    private readonly queries: QueryBus,
    private readonly verifications: AuditVerifications,
  ) {}

  @Get()
  @Allowed('audit')
  @Does(
    'listAudit',
    'Who did what in the back office, newest first',
    'Refused attempts are in it as well, with status 401 or 403. If somebody tries often, only the first attempts are listed, with the number of the others.',
  )
  @Answers(200, AuditAnswer, { description: 'A page of the trail.', list: true, paged: true })
  async list(@Query() { limit, cursor, actor, target, ...others }: AuditPage): Promise<Answer> {
    const filter = {
      ...others,
      ...(actor !== undefined && { actor: sameId(actor) }),
      ...(target !== undefined && { target: sameId(target) }),
    };
    const rows = await this.queries.execute(new ListAudit(filter, limit, placeOf(cursor, CursorShape)));
    return page(rows, limit, ({ exactAt, id }) => ({ at: exactAt, id }), showAudit);
  }

  @Post('verify')
  @Allowed('audit')
  @ChangesNothing()
  @Does(
    'verifyAudit',
    'Walk the hash chain of the audit trail',
    'Names the first line that is not as it was written. A verification that takes longer than ten seconds continues: follow it by its id. One runs at a time; a request meanwhile joins it.',
  )
  @Answers(200, AuditVerifyAnswer, { description: 'Whether the trail is as it was written.' })
  @Answers(202, AuditVerificationRunAnswer, { description: 'It takes longer: follow it by its id.' })
  async verify(@DisconnectSignal() gone: AbortSignal): Promise<Answer> {
    const run = await this.verifications.startOrJoin(LONGEST_WAIT_MS, gone);
    return run.result ? answer(run.result, { status: 200 }) : answer(showRun(run), { status: 202 });
  }

  @Get('verify/:id')
  @Allowed('audit')
  @Does('viewAuditVerification', 'How far a verification of the audit trail has come, and what it found')
  @Answers(200, AuditVerificationRunAnswer, { description: 'The verification.' })
  @Refuses('NOT_FOUND')
  async viewVerification(@PathId() id: Uuid): Promise<z.infer<typeof AuditVerificationRunAnswer>> {
    const run = await this.verifications.find(id);
    if (!run) throw new NotFound('verification');
    return showRun(run);
  }
}
