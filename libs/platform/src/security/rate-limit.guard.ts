import { DomainError } from '#kernel';
import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerOptions, type ThrottlerRequest } from '@nestjs/throttler';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout as pause } from 'node:timers/promises';
import { Config } from '#platform/config';
import { Attempts } from './attempts';
import { isLimited, STRICT_LIMIT, type StrictLimit } from './limits';
import { isLoopback } from './rate-limit.options';
import type { Counted } from './rate-limits';

const DELAY_MS = 500;

export class RateLimited extends DomainError {
  constructor(readonly seconds: number) {
    super('RATE_LIMITED', 'unavailable', `Too many requests. Try again in ${seconds} s.`, { seconds });
  }
}

/** Counts a request for every limit that applies, and sends what is left. Above half of the limit it adds a delay. */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  @Inject(Attempts) private readonly attempts!: Attempts;
  @Inject(Config) private readonly config!: Config;

  /** The limits of a route never change, so they are read only once. */
  private readonly counting = new WeakMap<object, readonly ThrottlerOptions[]>();

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    for (const throttler of this.countingOf(context)) {
      if (throttler.name === 'api' && this.spares(context)) continue;
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
    await this.attempt(context);
    return true;
  }

  private spares(context: ExecutionContext): boolean {
    return this.config.sparesLoopback && isLoopback(context.switchToHttp().getRequest<FastifyRequest>());
  }

  private async attempt(context: ExecutionContext): Promise<void> {
    const by = Reflect.getMetadata(STRICT_LIMIT, context.getHandler()) as StrictLimit | undefined;
    if (by === undefined || by === 'register' || this.config.rateLimitLogin === 0) return;
    const http = context.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const left = await this.attempts.begin(by, http.getRequest<FastifyRequest>(), reply);
    if (!left) return;
    const { limit, remaining, seconds, refused } = left;
    sendLimit(reply, limit, { totalHits: limit - remaining, timeToExpire: seconds, isBlocked: refused });
    if (refused) throw new RateLimited(seconds);
  }

  private countingOf(context: ExecutionContext): readonly ThrottlerOptions[] {
    const handler = context.getHandler();
    let counting = this.counting.get(handler);
    if (!counting) {
      const limited = isLimited(handler, context.getClass());
      counting = limited ? this.throttlers.filter(({ skipIf }) => !skipIf?.(context)) : [];
      this.counting.set(handler, counting);
    }
    return counting;
  }

  protected override async handleRequest(asked: ThrottlerRequest): Promise<boolean> {
    const { context, limit, throttler, getTracker } = asked;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const name = throttler.name ?? 'api';
    const key = `${name}:${await getTracker(request as never, context)}`;
    const counted = await this.count(asked, key);
    sendLimit(reply, limit, counted);
    if (counted.isBlocked) throw new RateLimited(counted.timeToBlockExpire);
    if (name === 'api' && counted.totalHits > limit / 2) await pause(DELAY_MS);
    return true;
  }

  private count({ ttl, limit, blockDuration, throttler }: ThrottlerRequest, key: string): Promise<Counted> {
    return this.storageService.increment(key, ttl, limit, blockDuration, throttler.name ?? 'api');
  }
}

/** If several limits apply, the headers have the one with the fewest requests left. */
function sendLimit(
  reply: FastifyReply,
  limit: number,
  { totalHits, timeToExpire, isBlocked }: Pick<Counted, 'totalHits' | 'timeToExpire' | 'isBlocked'>,
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
