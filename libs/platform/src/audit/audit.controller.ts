import { Controller, Get, Post, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { IdShape, InstantShape, NotFound, normalId, type Uuid } from '#kernel';
import {
  answer,
  Answers,
  OperationDoc,
  From,
  DisconnectSignal,
  Line,
  MomentShape,
  page,
  PageQuery,
  PathId,
  parseCursor,
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
        "Who did it. An account's id; for the command line `os:` and the number of the system user; for a refused request with a forged token `address:` and a code for the IP address.",
    }),
    role: z.string().meta({ example: 'admin' }),
    channel: z.enum(['api', 'command-line']),
    operation: z.string().meta({ example: 'redriveDeadLetter' }),
    request: z.string().meta({ example: 'POST /api/v1/admin/dead-letters/:id/redrive' }),
    targets: z.array(z.string()).meta({ example: ['ordering-123'] }),
    reason: z.string().nullable(),
    requestId: z.string().nullable(),
    status: z.int().nullable().meta({
      description: 'The status of the response; null if the process ended before it could record the status.',
    }),
    code: z.string().nullable(),
    made: z.string().nullable().meta({ description: 'The id of what was created or changed.' }),
  })
  .meta({ id: 'AuditLine' });

export const AuditVerifyAnswer = z
  .object({
    valid: z.boolean(),
    checked: z.int().meta({ description: 'How many lines and outcomes were checked and are unchanged.' }),
    sealedThrough: z.int().meta({
      description: 'A signature covers the trail up to this position. Later lines are covered only by the hash chain.',
    }),
    firstBadPosition: z.int().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'AuditVerification' });

export const AuditVerificationRunAnswer = z
  .object({
    id: IdShape,
    state: z.enum(['running', 'done', 'stopped']),
    checked: z.int().meta({ description: 'The position that the verification has reached.' }),
    startedAt: InstantShape,
    result: AuditVerifyAnswer.nullable(),
  })
  .meta({ id: 'AuditVerificationRun' });

/**
 * How long a request waits for the result. After this time, the response has the id of the running verification
 * instead.
 */
const LONGEST_WAIT_MS = 10_000;

class AuditPage extends PageQuery {
  @Line({ min: 1, max: 100, optional: true, description: 'Only actions of this person.' })
  actor?: string;

  @Line({ min: 1, max: 100, optional: true, description: 'Only this operation.', example: 'redriveDeadLetter' })
  operation?: string;

  @Line({ min: 1, max: 200, optional: true, description: 'Only actions on this target.' })
  target?: string;

  @From('Only actions on this day in Vietnam or later, or at this time or later.')
  from?: Date;

  @Until('Only actions on this day in Vietnam or earlier, or before this time.')
  to?: Date;
}

/** What a cursor contains. The time can be infinite, because older rows can have such a time. */
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
  @OperationDoc(
    'listAudit',
    'Who did what in the back office, newest first',
    'Refused requests are listed too, with status 401 or 403. If somebody sends many of them, only the first ones are listed, with the number of the others.',
  )
  @Answers(200, AuditAnswer, { description: 'A page of the trail.', list: true, paged: true })
  async list(@Query() { limit, cursor, actor, target, ...others }: AuditPage): Promise<Answer> {
    const filter = {
      ...others,
      ...(actor !== undefined && { actor: normalId(actor) }),
      ...(target !== undefined && { target: normalId(target) }),
    };
    const rows = await this.queries.execute(new ListAudit(filter, limit, parseCursor(cursor, CursorShape)));
    return page(rows, limit, ({ exactAt, id }) => ({ at: exactAt, id }), showAudit);
  }

  @Post('verify')
  @Allowed('audit')
  @ChangesNothing()
  @OperationDoc(
    'verifyAudit',
    'Verify the hash chain of the audit trail',
    'The result names the first line that was changed, if there is one. If the verification takes longer than ten seconds, it continues after the response: request its state by its id. Only one verification runs at a time. A request that comes meanwhile waits for the same verification.',
  )
  @Answers(200, AuditVerifyAnswer, { description: 'Whether the trail is unchanged.' })
  @Answers(202, AuditVerificationRunAnswer, {
    description: 'The verification takes longer. Request its state by its id.',
  })
  async verify(@DisconnectSignal() gone: AbortSignal): Promise<Answer> {
    const run = await this.verifications.startOrJoin(LONGEST_WAIT_MS, gone);
    return run.result ? answer(run.result, { status: 200 }) : answer(showRun(run), { status: 202 });
  }

  @Get('verify/:id')
  @Allowed('audit')
  @OperationDoc('viewAuditVerification', 'The progress and the result of a verification of the audit trail')
  @Answers(200, AuditVerificationRunAnswer, { description: 'The verification.' })
  @Refuses('NOT_FOUND')
  async viewVerification(@PathId() id: Uuid): Promise<z.infer<typeof AuditVerificationRunAnswer>> {
    const run = await this.verifications.find(id);
    if (!run) throw new NotFound('verification');
    return showRun(run);
  }
}
