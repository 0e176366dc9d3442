import { Controller, Get, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { DomainError, NotFound, type Uuid } from '#kernel';
import { EventStore, Verifications } from '#event-store';
import { answer, Answers, Does, PathId, Refuses, Whole, type Answer } from '#platform/http';
import { Allowed } from '#platform/security';
import { VerificationRunAnswer, VerifyAnswer } from './event-answer';
import { mustBeInLog } from './span.config';
import { showVerification, showResult } from './verification-answer.config';

/** How long the request waits for the result. After that, the answer is the id of the verification. */
const MAX_WAIT_MS = 10_000;
const RECENT = 20;

class SpanQuery {
  @Whole({ min: 1, default: 1, description: 'The position to begin at.', example: 1 })
  from: number = 1;

  @Whole({ min: 1, optional: true, description: 'The position to end at; the end of the log by default.' })
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
  @Does(
    'verifyEvents',
    'Verify the hash chain of all events, or of a part of them',
    'The answer names every fault. If it takes longer than ten seconds, the verification goes on by itself: follow it by its id. Only one runs at a time. A request for the same range joins it.',
  )
  @Answers(200, VerifyAnswer, { description: 'Whether the log is as it was written.' })
  @Answers(202, VerificationRunAnswer, { description: 'It takes longer. Follow it by its id.' })
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
  @Does('listVerifications', 'The last verifications of the log, and what they found')
  @Answers(200, VerificationRunAnswer, { description: 'The newest first.', list: true })
  async list(): Promise<readonly z.infer<typeof VerificationRunAnswer>[]> {
    return (await this.verifications.rows.recent(RECENT)).map(showVerification);
  }

  @Get(':id')
  @Allowed('audit')
  @Does('viewVerification', 'How far a verification has come, and what it found')
  @Answers(200, VerificationRunAnswer, { description: 'The verification.' })
  @Refuses('NOT_FOUND')
  async view(@PathId() id: Uuid): Promise<z.infer<typeof VerificationRunAnswer>> {
    const run = await this.verifications.find(id);
    if (!run) throw new NotFound('verification');
    return showVerification(run);
  }
}
