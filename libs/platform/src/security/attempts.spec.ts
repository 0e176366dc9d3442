import { DomainError } from '#kernel';
import type { ExecutionContext } from '@nestjs/common';
import type { Config } from '#platform/config';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventEmitter } from 'node:events';
import { lastValueFrom, of, throwError } from 'rxjs';
import { Attempts, type AttemptLimit } from './attempts';
import { AttemptsInterceptor } from './attempts.interceptor';
import { MemoryRateLimits } from './rate-limits';

const config = { internalSecret: 'the shop’s own', rateLimitLogin: 5 } as Config;

/** Counts the calls that would go to Redis. */
class CountingRateLimits extends MemoryRateLimits {
  reads = 0;
  writes = 0;
  readonly keys = new Set<string>();

  override read(keys: readonly string[]) {
    this.reads += 1;
    for (const key of keys) this.keys.add(key);
    return super.read(keys);
  }
  override countAll(keys: readonly string[], ttl: number) {
    this.writes += 1;
    return super.countAll(keys, ttl);
  }
  override remember(keys: readonly string[], ttl: number) {
    this.writes += 1;
    return super.remember(keys, ttl);
  }
}

let limits: CountingRateLimits;
let attempts: Attempts;
beforeEach(() => {
  limits = new CountingRateLimits();
  attempts = new Attempts(limits, config);
});

interface StartedAttempt {
  readonly attemptLimit: AttemptLimit | undefined;
  readonly request: FastifyRequest;
  readonly disconnect: () => void;
}

const start = (email: string, ip: string): { tried: Promise<StartedAttempt>; disconnect: () => void } => {
  const raw = Object.assign(new EventEmitter(), { destroyed: false });
  const disconnect = () => {
    raw.destroyed = true;
    raw.emit('close');
  };
  const request = { body: { email }, ip } as FastifyRequest;
  const tried = attempts.begin('login', request, { raw } as unknown as FastifyReply);
  return { tried: tried.then((attemptLimit) => ({ attemptLimit, request, disconnect })), disconnect };
};
const begin = (email: string, ip: string) => start(email, ip).tried;

async function end({ request }: StartedAttempt, outcome: 'right' | 'wrong' | 'invalid'): Promise<void> {
  const http = { getRequest: () => request };
  const context = {
    getType: () => 'http',
    switchToHttp: () => http,
    getHandler: () => end,
  } as unknown as ExecutionContext;
  const error = new DomainError('X', outcome === 'wrong' ? 'unauthenticated' : 'invalid', 'no');
  const handle = () => (outcome === 'right' ? of({}) : throwError(() => error));
  await lastValueFrom(new AttemptsInterceptor(attempts).intercept(context, { handle })).catch(() => undefined);
}

const tryLogIn = async (
  email: string,
  ip: string,
  outcome: 'right' | 'wrong' | 'invalid',
): Promise<number | 'accepted'> => {
  const tried = await begin(email, ip);
  if (tried.attemptLimit!.refused) return tried.attemptLimit!.seconds;
  await end(tried, outcome);
  return 'accepted';
};
const repeat = async (times: number, work: (n: number) => Promise<unknown>) => {
  for (let n = 0; n < times; n += 1) await work(n);
};

describe('An attacked account', () => {
  it('accepts the password from a known place, also from another address of the same network', async () => {
    await tryLogIn('boss@x.vn', '203.0.113.7', 'right');
    await repeat(60, (n) => tryLogIn('boss@x.vn', `198.51.${n}.9`, 'wrong'));
    expect(await tryLogIn('boss@x.vn', '198.51.100.200', 'right')).toBeGreaterThan(800); // from an unknown place
    expect(await tryLogIn('boss@x.vn', '203.0.113.7', 'right')).toBe('accepted');
    expect(await tryLogIn('boss@x.vn', '203.0.113.99', 'right')).toBe('accepted');
    expect(await tryLogIn('an@x.vn', '203.0.113.7', 'right')).toBe('accepted');
  });

  it('accepts its owner even if an attacker is in the same network', async () => {
    await tryLogIn('boss@x.vn', '203.0.113.7', 'right');
    await repeat(5, () => tryLogIn('boss@x.vn', '203.0.113.8', 'wrong'));
    expect(await tryLogIn('boss@x.vn', '203.0.113.9', 'right')).toBeGreaterThan(800);
    expect(await tryLogIn('boss@x.vn', '203.0.113.7', 'right')).toBe('accepted');
  });

  it('allows the same number of guesses from a known place as from another place', async () => {
    await tryLogIn('boss@x.vn', '203.0.113.7', 'right');
    await repeat(5, async () => expect(await tryLogIn('boss@x.vn', '203.0.113.7', 'wrong')).toBe('accepted'));
    expect(await tryLogIn('boss@x.vn', '203.0.113.7', 'right')).toBeGreaterThan(800);
  });

  it('allows five guesses from one network, for all spellings of the e-mail address together, and fifty from everywhere', async () => {
    const spellings = ['caféé@x.vn', 'café\u0065\u0301@x.vn', 'cafe\u0301é@X.vn', ' CAFÉÉ@x.vn', 'caféé@x.vn'];
    await repeat(5, (n) => tryLogIn(spellings[n], `198.51.100.${n}`, 'wrong'));
    expect(await tryLogIn('caféé@x.vn', '198.51.100.77', 'right')).toBeGreaterThan(800);
    let guesses = 5;
    for (let n = 0; n < 100; n += 1)
      if ((await tryLogIn('caféé@x.vn', `10.0.${n}.1`, 'wrong')) === 'accepted') guesses += 1;
    expect(guesses).toBe(50);
  });
});

describe('An address', () => {
  it('is refused after five failures, for all accounts together', async () => {
    await repeat(5, (n) => tryLogIn(`somebody-${n}@x.vn`, '198.51.100.7', 'wrong'));
    expect(await tryLogIn('an@x.vn', '198.51.100.7', 'right')).toBeGreaterThan(800);
    expect(await tryLogIn('an@x.vn', '198.51.100.8', 'right')).toBe('accepted');
  });
});

describe('An attempt', () => {
  it('does not count if it succeeds, or if the request is invalid', async () => {
    await repeat(20, () => tryLogIn('an@x.vn', '203.0.113.7', 'invalid'));
    expect(limits.writes).toBe(0);
    await repeat(20, () => tryLogIn('an@x.vn', '203.0.113.7', 'right'));
    expect(limits.writes).toBe(1); // the place is stored once
    expect((await begin('an@x.vn', '203.0.113.7')).attemptLimit).toMatchObject({ limit: 5, remaining: 4 });
  });

  it('that waits does not query the store again, and runs when an earlier attempt has ended', async () => {
    const running = await Promise.all(Array.from({ length: 5 }, () => begin('an@x.vn', '203.0.113.7')));
    const waiting = Array.from({ length: 20 }, () => begin('an@x.vn', '203.0.113.7'));
    expect((await begin('an@x.vn', '203.0.113.7')).attemptLimit).toMatchObject({ refused: true, seconds: 1 });
    const before = limits.reads;
    await new Promise((later) => setTimeout(later, 120));
    expect(limits.reads).toBe(before);
    const done = waiting.map(async (one) => {
      const tried = await one;
      await end(tried, 'right');
      return tried.attemptLimit!.refused;
    });
    for (const one of running) await end(one, 'right');
    expect(new Set(await Promise.all(done))).toEqual(new Set([false]));
    expect(limits.reads).toBe(26); // one for each attempt, also for each attempt that waited
  });

  it('that waits is refused as soon as earlier attempts have used up the limit', async () => {
    const running = await Promise.all(Array.from({ length: 5 }, () => begin('an@x.vn', '203.0.113.7')));
    const waiting = begin('an@x.vn', '203.0.113.7');
    for (const one of running) await end(one, 'wrong');
    expect((await waiting).attemptLimit!.seconds).toBeGreaterThan(800);
  });

  it('does not count if its client disconnects, and then the next attempt runs at once', async () => {
    const cut = await Promise.all(Array.from({ length: 5 }, () => begin('an@x.vn', '203.0.113.7')));
    const next = begin('an@x.vn', '203.0.113.7');
    for (const one of cut) one.disconnect();
    expect((await next).attemptLimit!.refused).toBe(false);
    for (const one of cut) await end(one, 'wrong');
    expect(limits.writes).toBe(0);
    expect((await begin('an@x.vn', '203.0.113.7')).attemptLimit!.remaining).toBe(3);
  });

  it('leaves nothing in memory if its client disconnects while it waits, or before its counts are read', async () => {
    const running = await Promise.all(Array.from({ length: 5 }, () => begin('an@x.vn', '203.0.113.7')));
    const [first, second] = [start('an@x.vn', '203.0.113.7'), start('an@x.vn', '203.0.113.7')];
    second.disconnect(); // its counts are not read yet
    await new Promise(setImmediate);
    first.disconnect();
    expect([(await first.tried).attemptLimit!.refused, (await second.tried).attemptLimit!.refused]).toEqual([
      true,
      true,
    ]);
    for (const one of running) await end(one, 'right');
    expect((attempts as unknown as { queues: { size: number } }).queues.size).toBe(0);
  });

  it('does not store the address or the account in plain text', async () => {
    await tryLogIn('an@x.vn', '203.0.113.7', 'wrong');
    expect([...limits.keys].filter((key) => /an@|x\.vn|203\./.test(key))).toEqual([]);
    expect(limits.keys.size).toBe(6);
  });
});
