import { Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { LRUCache } from 'lru-cache';
import { Config } from '#platform/config';
import { isLoopbackAddress } from './addresses';
import { guestKey, QUARTER_HOUR_MS } from './rate-limit.options';
import { RateLimits } from './rate-limits';

const MOST_KEYS = 5_000;

/** Headers as a flat list: name, value, name, value. */
export type HeaderList = readonly string[];

/**
 * Counts requests of guests for the limit of the API, without a guard and without waiting for Redis. Above half of the
 * limit, this class does not count: RateLimitGuard then counts the requests, and delays or refuses them.
 */
@Injectable()
export class GuestLimit {
  private readonly keys = new LRUCache<string, string>({ max: MOST_KEYS });

  constructor(
    private readonly limits: RateLimits,
    private readonly config: Config,
  ) {}

  /**
   * Counts a request. Returns the `ratelimit-…` headers for the response, or undefined if RateLimitGuard must count the
   * request.
   */
  count(request: IncomingMessage, ip: string): HeaderList | undefined {
    const { rateLimitApi: limit, exemptsLoopback } = this.config;
    if (limit === 0) return [];
    if (exemptsLoopback && isLoopbackAddress(request.socket.remoteAddress ?? ''))
      return request.headers['x-forwarded-for'] === undefined ? [] : undefined;
    const window = this.limits.countBelow(this.keyOf(ip), QUARTER_HOUR_MS, Math.floor(limit / 2));
    if (!window) return undefined;
    const seconds = Math.max(1, Math.ceil((window.endsAt - performance.now()) / 1_000));
    return [
      ...['ratelimit-limit', String(limit)],
      ...['ratelimit-remaining', String(limit - window.hits)],
      ...['ratelimit-reset', String(seconds)],
    ];
  }

  private keyOf(ip: string): string {
    let key = this.keys.get(ip);
    if (key === undefined) this.keys.set(ip, (key = guestKey(this.config.internalSecret, ip)));
    return key;
  }
}
