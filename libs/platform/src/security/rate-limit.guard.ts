import { DomainError } from '#kernel';
import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerOptions, type ThrottlerRequest } from '@nestjs/throttler';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout as pause } from 'node:timers/promises';
import { Config } from '#platform/config';
import { Attempts } from './attempts';
import { isLimited, STRICT_LIMIT, type StrictLimit } from './limits';
import { isLoopback } from './rate-limit.options';
import type { CountResult } from './rate-limits';

const DELAY_MS = 500;

export class RateLimited extends DomainError {
  constructor(readonly seconds: number) {
    super('RATE_LIMITED', 'unavailable', `Too many requests. Try again in ${seconds} s.`, { seconds });
  }
}

/**
 * Counts a request for every limit that applies, and sends the number of remaining requests in headers. Above half of a
 * limit, the request is delayed. Above the limit, it is refused.
 */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  @Inject(Attempts) private readonly attempts!: Attempts;
  @Inject(Config) private readonly config!: Config;

  /** The limits of a route never change, so they are read only once. */
  private readonly limitsByHandler = new WeakMap<object, readonly ThrottlerOptions[]>();

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const limits = this.limitsOf(context);
    const logIns = limits.find(({ name }) => name === 'log-ins');
    for (const throttler of limits) if (throttler !== logIns) await this.count(context, throttler);
    await this.beginAttempt(context);
    if (logIns) await this.count(context, logIns); // only now it is known whether the client is at a known place
    return true;
  }

  private async count(context: ExecutionContext, throttler: ThrottlerOptions): Promise<void> {
    if (throttler.name !== 'register' && this.isExempt(context)) return;
    const ttl = throttler.ttl as number;
    const limit = typeof throttler.limit === 'function' ? await throttler.limit(context) : throttler.limit;
    const { getTracker, generateKey } = { ...this.commonOptions, ...throttler };
    await this.handleRequest({
      context,
      limit,
      ttl,
      throttler,
      blockDuration: ttl,
      getTracker: getTracker!,
      generateKey: generateKey!,
    });
  }

  private isExempt(context: ExecutionContext): boolean {
    return this.config.exemptsLoopback && isLoopback(context.switchToHttp().getRequest<FastifyRequest>());
  }

  private async beginAttempt(context: ExecutionContext): Promise<void> {
    const kind = Reflect.getMetadata(STRICT_LIMIT, context.getHandler()) as StrictLimit | undefined;
    if (kind === undefined || kind === 'register' || this.config.rateLimitLogin === 0) return;
    const http = context.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const attempt = await this.attempts.begin(kind, http.getRequest<FastifyRequest>(), reply);
    if (!attempt) return;
    const { limit, remaining, seconds, refused } = attempt;
    sendLimit(reply, limit, { totalHits: limit - remaining, timeToExpire: seconds, isBlocked: refused });
    if (refused) throw new RateLimited(seconds);
  }

  private limitsOf(context: ExecutionContext): readonly ThrottlerOptions[] {
    const handler = context.getHandler();
    let limits = this.limitsByHandler.get(handler);
    if (!limits) {
      const limited = isLimited(handler, context.getClass());
      limits = limited ? this.throttlers.filter(({ skipIf }) => !skipIf?.(context)) : [];
      this.limitsByHandler.set(handler, limits);
    }
    return limits;
  }

  protected override async handleRequest(toCount: ThrottlerRequest): Promise<boolean> {
    const { context, limit, throttler, getTracker } = toCount;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const name = throttler.name ?? 'api';
    const key = `${name}:${await getTracker(request as never, context)}`;
    const counted = await this.countRequest(toCount, key);
    sendLimit(reply, limit, counted);
    if (counted.isBlocked) throw new RateLimited(counted.timeToBlockExpire);
    if (name !== 'register' && counted.totalHits > limit / 2) await pause(DELAY_MS);
    return true;
  }

  private countRequest({ ttl, limit, blockDuration, throttler }: ThrottlerRequest, key: string): Promise<CountResult> {
    return this.storageService.increment(key, ttl, limit, blockDuration, throttler.name ?? 'api');
  }
}

/** If several limits apply, the headers describe the limit with the fewest remaining requests. */
function sendLimit(
  reply: FastifyReply,
  limit: number,
  { totalHits, timeToExpire, isBlocked }: Pick<CountResult, 'totalHits' | 'timeToExpire' | 'isBlocked'>,
): void {
  const remaining = Math.max(0, limit - totalHits);
  const sent = reply.getHeader('ratelimit-remaining');
  if (sent === undefined || remaining <= Number(sent))
    reply
      .header('ratelimit-limit', String(limit))
      .header('ratelimit-remaining', String(remaining))
      .header('ratelimit-reset', String(timeToExpire));
  if (isBlocked) reply.header('retry-after', String(timeToExpire));
}
