import { DomainError } from '#kernel';
import { Injectable, type ExecutionContext } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerOptions, type ThrottlerRequest } from '@nestjs/throttler';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout as pause } from 'node:timers/promises';
import { isLimited } from './limits';
import type { Counted, RateLimits } from './rate-limits';

const SLOWED_BY_MS = 500;
const LONGEST_WAIT_MS = 3_000;

export class RateLimited extends DomainError {
  constructor(readonly seconds: number) {
    super('RATE_LIMITED', 'unavailable', `Too many requests. Try again in ${seconds} s.`, { seconds });
  }
}

/** Counts a request against every limit that applies to it, tells what is left, and slows down the second half. */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  /** Attempts of this process whose outcome is still open, by key. */
  private readonly open = new Map<string, number>();

  /** What counts requests to a route never changes, so it is looked up once. */
  private readonly counting = new WeakMap<object, readonly ThrottlerOptions[]>();

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    for (const throttler of this.countingOf(context)) {
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
    return true;
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
    const counted = name.startsWith('login') ? await this.attempt(asked, key, request) : await this.count(asked, key);
    tell(reply, limit, counted);
    if (counted.isBlocked) throw new RateLimited(counted.timeToBlockExpire);
    if (name === 'api' && counted.totalHits > limit / 2) await pause(SLOWED_BY_MS);
    return true;
  }

  private count({ ttl, limit, blockDuration, throttler }: ThrottlerRequest, key: string): Promise<Counted> {
    return this.storageService.increment(key, ttl, limit, blockDuration, throttler.name ?? 'api');
  }

  /**
   * Counted before its outcome is known, so that guesses sent all at once cannot slip through, and given back unless
   * it fails. Those beyond the limit wait for the ones before them to be settled.
   */
  private async attempt(asked: ThrottlerRequest, key: string, request: FastifyRequest): Promise<Counted> {
    const limits = this.storageService as unknown as RateLimits;
    for (let waited = 0; ; waited += 25) {
      const counted = await this.count(asked, key);
      if (!counted.isBlocked) {
        this.open.set(key, (this.open.get(key) ?? 0) + 1);
        (request.afterwards ??= []).push((status) => {
          this.settle(key);
          if (status !== 401) void limits.giveBack(key).catch(() => undefined);
        });
        return counted;
      }
      await limits.giveBack(key);
      if (!this.open.has(key) || waited >= LONGEST_WAIT_MS) return counted;
      await pause(25);
    }
  }

  private settle(key: string): void {
    const left = (this.open.get(key) ?? 1) - 1;
    if (left > 0) this.open.set(key, left);
    else this.open.delete(key);
  }
}

/** Of several limits the one that is nearest is told. */
function tell(reply: FastifyReply, limit: number, { totalHits, timeToExpire, isBlocked }: Counted): void {
  const remaining = Math.max(0, limit - totalHits);
  const told = reply.getHeader('ratelimit-remaining');
  if (told === undefined || remaining <= Number(told))
    reply
      .header('ratelimit-limit', String(limit))
      .header('ratelimit-remaining', String(remaining))
      .header('ratelimit-reset', String(timeToExpire));
  if (isBlocked) reply.header('retry-after', String(timeToExpire));
}
