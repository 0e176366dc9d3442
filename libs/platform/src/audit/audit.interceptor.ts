import { Injectable, Logger, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catchError, concatMap, from, throwError, type Observable } from 'rxjs';
import { DomainError } from '#kernel';
import { Answer, failureOf } from '#platform/http';
import { accessOf } from '#platform/security';
import { Ids } from '#platform/system';
import { AuditTrail, type AuditOutcome } from './audit-trail.store';
import { described, madeBy } from './described';
import { ONLY_ASKS } from './noted';

const READS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Notes down every change that somebody asks for by a permission of theirs: who and what before it is done, so that
 * nothing is done without a trace, and what became of it before it is answered. Customers' requests pass by.
 */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  private readonly log = new Logger(AuditInterceptor.name);

  constructor(
    private readonly trail: AuditTrail,
    private readonly ids: Ids,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http' || accessOf(context)?.to !== 'permission') return next.handle();
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const onlyAsks = Reflect.getMetadata(ONLY_ASKS, context.getHandler()) === true;
    if (onlyAsks || READS.includes(request.method)) return next.handle();
    const id = this.ids.next();
    return from(this.begin(id, context, request)).pipe(
      concatMap(() =>
        next.handle().pipe(
          concatMap(async (value: unknown) => {
            const status = statusOf(value, http.getResponse<FastifyReply>());
            await this.end(id, { status, code: null, made: madeBy(value) });
            return value;
          }),
          catchError((error: unknown) => {
            const { status, code } = failureOf(error);
            return from(this.end(id, { status, code, made: null })).pipe(concatMap(() => throwError(() => error)));
          }),
        ),
      ),
    );
  }

  private async begin(id: string, context: ExecutionContext, request: FastifyRequest): Promise<void> {
    const { caller } = request;
    const [actor, role] = caller?.kind === 'user' ? [caller.userId, caller.role] : ['nobody', 'none'];
    const entry = { id, actor, role, channel: 'api' as const, ...described(context, request), requestId: request.id };
    try {
      await this.trail.begin(entry);
    } catch (error) {
      this.log.error({ message: 'a change was refused, for it could not be noted down', error });
      throw new DomainError('UNAVAILABLE', 'unavailable', 'This is not available right now. Try again in a moment.');
    }
  }

  /** It is done by now: that this could not be noted down changes nothing for whoever asked. */
  private async end(id: string, outcome: AuditOutcome): Promise<void> {
    await this.trail.end(id, outcome).catch((error: unknown) => {
      this.log.error({ message: `what became of ${id} could not be noted down`, error });
    });
  }
}

const statusOf = (value: unknown, reply: FastifyReply): number =>
  (value instanceof Answer ? value.options.status : undefined) ?? reply.wantedStatus ?? reply.statusCode;
