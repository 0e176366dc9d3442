import { Controller, Get, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { DomainError, NotFound, type Uuid } from '#kernel';
import { EventStore, Verifications } from '#event-store';
import { answer, Answers, OperationDoc, PathId, Refuses, WholeNumber, type Answer } from '#platform/http';
import { Allowed } from '#platform/security';
import { VerificationRunAnswer, VerifyAnswer } from './event-answer';
import { mustBeInLog } from './log-range.query';
import { showVerification, showResult } from './verification-answer.config';

/**
 * How long a request waits for the result. After this time, the response has no result yet, but the id of the
 * verification.
 */
const MAX_WAIT_MS = 10_000;
const RECENT = 20;

class SpanQuery {
  @WholeNumber({ min: 1, default: 1, description: 'The first position to verify.', example: 1 })
  from: number = 1;

  @WholeNumber({
    min: 1,
    optional: true,
    description: 'The last position to verify. The default is the end of the log.',
  })
  to?: number;
}

const clientGone = () => new DomainError('UNAVAILABLE', 'unavailable', 'The client is gone.', { seconds: 5 });

@ApiTags('Replay')
@Controller('admin/events/verify')
export class VerifyEventsController {
  constructor(
    private readonly verifications: Verifications,
    private readonly store: EventStore,
  ) {}

  @Post()
  @Allowed('audit')
  @OperationDoc(
    'verifyEvents',
    'Verify the hash chain of all events, or of a part of them',
    'The response names every fault. If the verification takes longer than ten seconds, it continues after the response: request its state by its id. Only one verification runs at a time. A request for the same range waits for the same verification.',
  )
  @Answers(200, VerifyAnswer, { description: 'Whether the log is unchanged.' })
  @Answers(202, VerificationRunAnswer, { description: 'The verification takes longer. Request its state by its id.' })
  @Refuses(
    { status: 409, code: 'VERIFY_RUNNING', when: 'Another part of the log is being verified.' },
    { status: 503, code: 'SEAL_ANCHOR_UNUSABLE', when: 'The file that remembers the newest seal cannot be used.' },
  )
  async verify(@Query() { from, to }: SpanQuery, @Req() { raw }: FastifyRequest): Promise<Answer> {
    mustBeInLog(await this.store.head(), from, to);
    const disconnected = new AbortController();
    const abort = () => disconnected.abort(clientGone());
    raw.socket.once('close', abort);
    try {
      const run = await this.verifications.ask(from, to, MAX_WAIT_MS, disconnected.signal);
      return run.result
        ? answer(showResult(run.id, run.result), { status: 200 })
        : answer(showVerification(run), { status: 202 });
    } finally {
      raw.socket.off('close', abort);
    }
  }

  @Get()
  @Allowed('audit')
  @OperationDoc('listVerifications', 'The last verifications of the log, and what they found')
  @Answers(200, VerificationRunAnswer, { description: 'The newest first.', list: true })
  async list(): Promise<readonly z.infer<typeof VerificationRunAnswer>[]> {
    return (await this.verifications.rows.recent(RECENT)).map(showVerification);
  }

  @Get(':id')
  @Allowed('audit')
  @OperationDoc('viewVerification', 'The progress and the result of a verification')
  @Answers(200, VerificationRunAnswer, { description: 'The verification.' })
  @Refuses('NOT_FOUND')
  async view(@PathId() id: Uuid): Promise<z.infer<typeof VerificationRunAnswer>> {
    const run = await this.verifications.find(id);
    if (!run) throw new NotFound('verification');
    return showVerification(run);
  }
}
