import { Injectable, Logger, type ExecutionContext, type OnModuleDestroy } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { DomainError } from '#kernel';
import { Config } from '#platform/config';
import { addressOf, keyedBy, Refusals } from '#platform/security';
import { Ids } from '#platform/system';
import { AuditTrail, type AuditEntry } from './audit-trail.store';
import { described } from './described';
import { RefusalCounts } from './refusal-counts';

const MINUTE_MS = 60_000;
/** A caller without the permission must not fill the trail with what they send. */
const MOST_TARGETS = 100;

type Told = Omit<AuditEntry, 'id' | 'channel' | 'reason'> & { readonly reason?: string };

/**
 * Notes refused attempts. No request waits for it. An address is kept as a code that only this shop can compute, so
 * that two attempts from one address can be recognised.
 */
@Injectable()
export class NotedRefusals extends Refusals implements OnModuleDestroy {
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

  note(context: ExecutionContext, request: FastifyRequest, { code, kind }: DomainError): void {
    const { caller } = request;
    const [actor, role] =
      caller?.kind === 'user'
        ? [caller.userId, caller.role]
        : [`address:${keyedBy(this.config.internalSecret, addressOf(request.ip)).slice(0, 22)}`, 'none'];
    this.timer ??= setInterval(() => this.close(), MINUTE_MS).unref();
    if (!this.counts.admits(actor, role)) return;
    const { operation, request: asked, targets } = described(context, request);
    const status = kind === 'forbidden' ? 403 : 401;
    const about = targets.slice(0, MOST_TARGETS);
    this.write({ actor, role, operation, request: asked, targets: about, requestId: request.id }, status, code);
  }

  async onModuleDestroy(): Promise<void> {
    this.close();
    await Promise.all(this.writing);
  }

  private close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    for (const { actor, role, more } of this.counts.close())
      this.write(
        {
          ...{ actor, role, operation: 'refusedAttempts', request: 'any', targets: [], requestId: null },
          reason: `${more} more refused attempts in a minute`,
        },
        403,
        'FORBIDDEN',
      );
  }

  private write(told: Told, status: number, code: string): void {
    const id = this.ids.next();
    const work = (async () => {
      await this.trail.begin({ id, channel: 'api', reason: null, ...told });
      await this.trail.end(id, { status, code, made: null });
    })()
      .catch((error: unknown) => this.log.warn({ message: 'a refused attempt could not be noted down', error }))
      .finally(() => this.writing.delete(work));
    this.writing.add(work);
  }
}
