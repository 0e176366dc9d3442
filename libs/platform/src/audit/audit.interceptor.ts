import { hash } from 'node:crypto';
import { Injectable, Logger, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catchError, concatMap, from, throwError, type Observable } from 'rxjs';
import { LRUCache } from 'lru-cache';
import { DomainError } from '#kernel';
import { Answer, failureOf } from '#platform/http';
import { accessOf } from '#platform/security';
import { Ids } from '#platform/system';
import { AuditTrail, type AuditEntry, type AuditOutcome } from './audit-trail.store';
import { described, madeBy, peopleIn } from './described';
import { ONLY_ASKS, SHOWS_PEOPLE } from './noted';

const READS = ['GET', 'HEAD', 'OPTIONS'];
/** The number of people that one line names; further people are in further lines. */
const TARGETS_OF_A_LINE = 100;
/** The same reader and the same people are noted once a minute. */
const SEEN_AGAIN_MS = 60_000;

/**
 * Writes a line for every change that needs a permission: who and what before it is done, so that nothing is done
 * without a trace, and the outcome before it is answered. A read that shows personal data is noted before it is
 * answered. Requests of customers are not noted.
 */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  private readonly log = new Logger(AuditInterceptor.name);
  private readonly seen = new LRUCache<string, true>({ max: 10_000, ttl: SEEN_AGAIN_MS });

  constructor(
    private readonly trail: AuditTrail,
    private readonly ids: Ids,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http' || accessOf(context)?.to !== 'permission') return next.handle();
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const onlyAsks = Reflect.getMetadata(ONLY_ASKS, context.getHandler()) === true;
    if (onlyAsks || READS.includes(request.method))
      return Reflect.getMetadata(SHOWS_PEOPLE, context.getHandler()) === true
        ? next.handle().pipe(concatMap((value: unknown) => this.shown(context, value)))
        : next.handle();
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

  private begin(id: string, context: ExecutionContext, request: FastifyRequest): Promise<void> {
    return this.noted(() => this.trail.begin(entryOf(id, context, request)), 'a change');
  }

  /** Notes who saw whose data. The answer is held back if this cannot be written. */
  private async shown(context: ExecutionContext, value: unknown): Promise<unknown> {
    const http = context.switchToHttp();
    const entry = entryOf(this.ids.next(), context, http.getRequest<FastifyRequest>());
    const targets = [...new Set([...entry.targets, ...peopleIn(value)])];
    const key = hash('sha256', JSON.stringify([entry.actor, entry.operation, targets]));
    if (targets.length === 0 || this.seen.has(key)) return value;
    const status = statusOf(value, http.getResponse<FastifyReply>());
    await this.noted(async () => {
      for (let first = 0; first < targets.length; first += TARGETS_OF_A_LINE) {
        const id = first === 0 ? entry.id : this.ids.next();
        await this.trail.begin({ ...entry, id, targets: targets.slice(first, first + TARGETS_OF_A_LINE) });
        await this.trail.end(id, { status, code: null, made: null });
      }
    }, 'personal data');
    this.seen.set(key, true);
    return value;
  }

  private async noted(note: () => Promise<void>, what: string): Promise<void> {
    try {
      await note();
    } catch (error) {
      this.log.error({ message: `${what} was refused, for it could not be noted down`, error });
      throw new DomainError('UNAVAILABLE', 'unavailable', 'This is not available right now. Try again in a moment.');
    }
  }

  /** The change is done already, so a failure to note its outcome does not change the answer. */
  private async end(id: string, outcome: AuditOutcome): Promise<void> {
    await this.trail.end(id, outcome).catch((error: unknown) => {
      this.log.error({ message: `what became of ${id} could not be noted down`, error });
    });
  }
}

function entryOf(id: string, context: ExecutionContext, request: FastifyRequest): AuditEntry {
  const { caller } = request;
  const [actor, role] = caller?.kind === 'user' ? [caller.userId, caller.role] : ['nobody', 'none'];
  return { id, actor, role, channel: 'api' as const, ...described(context, request), requestId: request.id };
}

const statusOf = (value: unknown, reply: FastifyReply): number =>
  (value instanceof Answer ? value.options.status : undefined) ?? reply.wantedStatus ?? reply.statusCode;
