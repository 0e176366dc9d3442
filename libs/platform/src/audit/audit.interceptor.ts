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
import { describeRequest, createdIdIn, peopleIn } from './describe-request';
import { CHANGES_NOTHING, SHOWS_PEOPLE } from './noted';

const READS = ['GET', 'HEAD', 'OPTIONS'];
/** The highest number of people in one line. If there are more people, more lines are written. */
const MOST_TARGETS_PER_LINE = 100;
/** If a reader sees the same people again within this time, no second line is written. */
const NOTED_AGAIN_AFTER_MS = 60_000;

/**
 * Writes a line for every change that needs a permission. The caller and the operation are written before the change,
 * so that there is no change without a line. The outcome is written before the response is sent. For a read that shows
 * personal data, a line is written before the response is sent. Requests that need no permission get no line.
 */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  private readonly log = new Logger(AuditInterceptor.name);
  private readonly recentlyNoted = new LRUCache<string, true>({ max: 10_000, ttl: NOTED_AGAIN_AFTER_MS });

  constructor(
    private readonly trail: AuditTrail,
    private readonly ids: Ids,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http' || accessOf(context)?.to !== 'permission') return next.handle();
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const changesNothing = Reflect.getMetadata(CHANGES_NOTHING, context.getHandler()) === true;
    if (changesNothing || READS.includes(request.method))
      return Reflect.getMetadata(SHOWS_PEOPLE, context.getHandler()) === true
        ? next.handle().pipe(concatMap((value: unknown) => this.noteReader(context, value)))
        : next.handle();
    const id = this.ids.next();
    return from(this.noteBegin(id, context, request)).pipe(
      concatMap(() =>
        next.handle().pipe(
          concatMap(async (value: unknown) => {
            const status = statusOf(value, http.getResponse<FastifyReply>());
            await this.noteOutcome(id, { status, code: null, made: createdIdIn(value) });
            return value;
          }),
          catchError((error: unknown) => {
            const { status, code } = failureOf(error);
            return from(this.noteOutcome(id, { status, code, made: null })).pipe(
              concatMap(() => throwError(() => error)),
            );
          }),
        ),
      ),
    );
  }

  private noteBegin(id: string, context: ExecutionContext, request: FastifyRequest): Promise<void> {
    return this.noteOrRefuse(() => this.trail.begin(entryOf(id, context, request)), 'a change');
  }

  /** Writes who sees whose data. If the line cannot be written, the request gets 503 instead of the data. */
  private async noteReader(context: ExecutionContext, value: unknown): Promise<unknown> {
    const http = context.switchToHttp();
    const entry = entryOf(this.ids.next(), context, http.getRequest<FastifyRequest>());
    const targets = [...new Set([...entry.targets, ...peopleIn(value)])];
    const key = hash('sha256', JSON.stringify([entry.actor, entry.operation, targets]));
    if (targets.length === 0 || this.recentlyNoted.has(key)) return value;
    const status = statusOf(value, http.getResponse<FastifyReply>());
    await this.noteOrRefuse(async () => {
      for (let first = 0; first < targets.length; first += MOST_TARGETS_PER_LINE) {
        const id = first === 0 ? entry.id : this.ids.next();
        await this.trail.begin({ ...entry, id, targets: targets.slice(first, first + MOST_TARGETS_PER_LINE) });
        await this.trail.end(id, { status, code: null, made: null });
      }
    }, 'personal data');
    this.recentlyNoted.set(key, true);
    return value;
  }

  private async noteOrRefuse(note: () => Promise<void>, what: string): Promise<void> {
    try {
      await note();
    } catch (error) {
      this.log.error({ message: `${what} was refused, because the audit trail cannot be written`, error });
      throw new DomainError('UNAVAILABLE', 'unavailable', 'This is not available right now. Try again in a moment.');
    }
  }

  /** The change is done already. So if its outcome cannot be written, the response stays the same. */
  private async noteOutcome(id: string, outcome: AuditOutcome): Promise<void> {
    await this.trail.end(id, outcome).catch((error: unknown) => {
      this.log.error({ message: `the outcome of ${id} could not be written to the audit trail`, error });
    });
  }
}

function entryOf(id: string, context: ExecutionContext, request: FastifyRequest): AuditEntry {
  const { caller } = request;
  const [actor, role] = caller?.kind === 'user' ? [caller.userId, caller.role] : ['nobody', 'none'];
  return { id, actor, role, channel: 'api' as const, ...describeRequest(context, request), requestId: request.id };
}

const statusOf = (value: unknown, reply: FastifyReply): number =>
  (value instanceof Answer ? value.options.status : undefined) ?? reply.wantedStatus ?? reply.statusCode;
