import { Injectable, Logger, type ExecutionContext, type OnModuleDestroy } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { DomainError } from '#kernel';
import { Config } from '#platform/config';
import { addressOf, keyedHash, RefusalRecorder } from '#platform/security';
import { Ids } from '#platform/system';
import { AuditTrail, type AuditEntry } from './audit-trail.store';
import { describeRequest } from './describe-request';
import { RefusalCounts } from './refusal-counts';

const MINUTE_MS = 60_000;
/** A refused attempt writes at most this many targets, because anybody can send such an attempt. */
const MOST_TARGETS = 100;

type RefusalEntry = Omit<AuditEntry, 'id' | 'channel' | 'reason'> & { readonly reason?: string };

/**
 * Writes refused attempts to the audit trail. No request waits for the write. An IP address is stored as a keyed hash.
 * So two attempts from one address have the same hash, but nobody can read the address from the hash.
 */
@Injectable()
export class AuditRefusalRecorder extends RefusalRecorder implements OnModuleDestroy {
  private readonly log = new Logger('Audit');
  private readonly counts = new RefusalCounts();
  private readonly writing = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly trail: AuditTrail,
    private readonly config: Config,
    private readonly ids: Ids,
  ) {
    super();
  }

  recordRefusal(context: ExecutionContext, request: FastifyRequest, { code, kind }: DomainError): void {
    const { caller } = request;
    const [actor, role] =
      caller?.kind === 'user'
        ? [caller.userId, caller.role]
        : [`address:${keyedHash(this.config.internalSecret, addressOf(request.ip)).slice(0, 22)}`, 'none'];
    this.timer ??= setInterval(() => this.endMinute(), MINUTE_MS).unref();
    if (!this.counts.countAttempt(actor, role)) return;
    const { operation, request: route, targets } = describeRequest(context, request);
    const status = kind === 'forbidden' ? 403 : 401;
    const storedTargets = targets.slice(0, MOST_TARGETS);
    this.write({ actor, role, operation, request: route, targets: storedTargets, requestId: request.id }, status, code);
  }

  async onModuleDestroy(): Promise<void> {
    this.endMinute();
    await Promise.all(this.writing);
  }

  private endMinute(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    for (const { actor, role, unlisted } of this.counts.endMinute())
      this.write(
        {
          ...{ actor, role, operation: 'refusedAttempts', request: 'any', targets: [], requestId: null },
          reason: `${unlisted} more refused attempts in a minute`,
        },
        403,
        'FORBIDDEN',
      );
  }

  private write(refusal: RefusalEntry, status: number, code: string): void {
    const id = this.ids.next();
    const work = (async () => {
      await this.trail.begin({ id, channel: 'api', reason: null, ...refusal });
      await this.trail.end(id, { status, code, made: null });
    })()
      .catch((error: unknown) => this.log.warn({ message: 'a refused attempt could not be recorded', error }))
      .finally(() => this.writing.delete(work));
    this.writing.add(work);
  }
}
