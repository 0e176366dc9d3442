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

/** Counts what a Redis would be asked. */
class Asked extends MemoryRateLimits {
  looks = 0;
  writes = 0;
  readonly keys = new Set<string>();

  override read(keys: readonly string[]) {
    this.looks += 1;
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

let asked: Asked;
let attempts: Attempts;
beforeEach(() => {
  asked = new Asked();
  attempts = new Attempts(asked, config);
});

interface Tried {
  readonly left: AttemptLimit | undefined;
  readonly request: FastifyRequest;
  readonly hangUp: () => void;
}

const start = (email: string, ip: string): { tried: Promise<Tried>; hangUp: () => void } => {
  const raw = Object.assign(new EventEmitter(), { destroyed: false });
  const hangUp = () => {
    raw.destroyed = true;
    raw.emit('close');
  };
  const request = { body: { email }, ip } as FastifyRequest;
  const tried = attempts.begin('login', request, { raw } as unknown as FastifyReply);
  return { tried: tried.then((left) => ({ left, request, hangUp })), hangUp };
};
const begin = (email: string, ip: string) => start(email, ip).tried;

async function end({ request }: Tried, outcome: 'right' | 'wrong' | 'invalid'): Promise<void> {
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

const tryIt = async (email: string, ip: string, outcome: 'right' | 'wrong' | 'invalid'): Promise<number | 'let in'> => {
  const tried = await begin(email, ip);
  if (tried.left!.refused) return tried.left!.seconds;
  await end(tried, outcome);
  return 'let in';
};
const often = async (times: number, work: (n: number) => Promise<unknown>) => {
  for (let n = 0; n < times; n += 1) await work(n);
};

describe('An account that is attacked', () => {
  it('lets in whoever knows the password from where they have been, also to where they move within their network', async () => {
    await tryIt('boss@x.vn', '203.0.113.7', 'right');
    await often(60, (n) => tryIt('boss@x.vn', `198.51.${n}.9`, 'wrong'));
    expect(await tryIt('boss@x.vn', '198.51.100.200', 'right')).toBeGreaterThan(800); // from nowhere known
    expect(await tryIt('boss@x.vn', '203.0.113.7', 'right')).toBe('let in');
    expect(await tryIt('boss@x.vn', '203.0.113.99', 'right')).toBe('let in');
    expect(await tryIt('an@x.vn', '203.0.113.7', 'right')).toBe('let in');
  });

  it('lets its owner in also when somebody in the same network attacks it', async () => {
    await tryIt('boss@x.vn', '203.0.113.7', 'right');
    await often(5, () => tryIt('boss@x.vn', '203.0.113.8', 'wrong'));
    expect(await tryIt('boss@x.vn', '203.0.113.9', 'right')).toBeGreaterThan(800);
    expect(await tryIt('boss@x.vn', '203.0.113.7', 'right')).toBe('let in');
  });

  it('has no more guesses for a known place than for another', async () => {
    await tryIt('boss@x.vn', '203.0.113.7', 'right');
    await often(5, async () => expect(await tryIt('boss@x.vn', '203.0.113.7', 'wrong')).toBe('let in'));
    expect(await tryIt('boss@x.vn', '203.0.113.7', 'right')).toBeGreaterThan(800);
  });

  it('has five guesses for a network, however the address is spelt, and fifty from everywhere', async () => {
    const spelt = ['caféé@x.vn', 'café\u0065\u0301@x.vn', 'cafe\u0301é@X.vn', ' CAFÉÉ@x.vn', 'caféé@x.vn'];
    await often(5, (n) => tryIt(spelt[n], `198.51.100.${n}`, 'wrong'));
    expect(await tryIt('caféé@x.vn', '198.51.100.77', 'right')).toBeGreaterThan(800);
    let guesses = 5;
    for (let n = 0; n < 100; n += 1) if ((await tryIt('caféé@x.vn', `10.0.${n}.1`, 'wrong')) === 'let in') guesses += 1;
    expect(guesses).toBe(50);
  });
});

describe('An address', () => {
  it('has five failures, for whatever accounts', async () => {
    await often(5, (n) => tryIt(`somebody-${n}@x.vn`, '198.51.100.7', 'wrong'));
    expect(await tryIt('an@x.vn', '198.51.100.7', 'right')).toBeGreaterThan(800);
    expect(await tryIt('an@x.vn', '198.51.100.8', 'right')).toBe('let in');
  });
});

describe('An attempt', () => {
  it('that succeeds, or was not understood, does not count', async () => {
    await often(20, () => tryIt('an@x.vn', '203.0.113.7', 'invalid'));
    expect(asked.writes).toBe(0);
    await often(20, () => tryIt('an@x.vn', '203.0.113.7', 'right'));
    expect(asked.writes).toBe(1); // the place is noted once
    expect((await begin('an@x.vn', '203.0.113.7')).left).toMatchObject({ limit: 5, remaining: 4 });
  });

  it('that waits asks the store nothing, and gets its turn when one before it is over', async () => {
    const running = await Promise.all(Array.from({ length: 5 }, () => begin('an@x.vn', '203.0.113.7')));
    const waiting = Array.from({ length: 20 }, () => begin('an@x.vn', '203.0.113.7'));
    expect((await begin('an@x.vn', '203.0.113.7')).left).toMatchObject({ refused: true, seconds: 1 });
    const before = asked.looks;
    await new Promise((later) => setTimeout(later, 120));
    expect(asked.looks).toBe(before);
    const done = waiting.map(async (one) => {
      const tried = await one;
      await end(tried, 'right');
      return tried.left!.refused;
    });
    for (const one of running) await end(one, 'right');
    expect(new Set(await Promise.all(done))).toEqual(new Set([false]));
    expect(asked.looks).toBe(26); // one for each, those that waited included
  });

  it('that waits is refused as soon as the ones before it have failed too often', async () => {
    const running = await Promise.all(Array.from({ length: 5 }, () => begin('an@x.vn', '203.0.113.7')));
    const waiting = begin('an@x.vn', '203.0.113.7');
    for (const one of running) await end(one, 'wrong');
    expect((await waiting).left!.seconds).toBeGreaterThan(800);
  });

  it('that is cut off does not count, and gives its place back at once', async () => {
    const cut = await Promise.all(Array.from({ length: 5 }, () => begin('an@x.vn', '203.0.113.7')));
    const waits = begin('an@x.vn', '203.0.113.7');
    for (const one of cut) one.hangUp();
    expect((await waits).left!.refused).toBe(false);
    for (const one of cut) await end(one, 'wrong');
    expect(asked.writes).toBe(0);
    expect((await begin('an@x.vn', '203.0.113.7')).left!.remaining).toBe(3);
  });

  it('that is cut off while it waits, or before it is looked at, leaves nothing behind', async () => {
    const running = await Promise.all(Array.from({ length: 5 }, () => begin('an@x.vn', '203.0.113.7')));
    const [first, second] = [start('an@x.vn', '203.0.113.7'), start('an@x.vn', '203.0.113.7')];
    second.hangUp(); // its standing is not read yet
    await new Promise(setImmediate);
    first.hangUp();
    expect([(await first.tried).left!.refused, (await second.tried).left!.refused]).toEqual([true, true]);
    for (const one of running) await end(one, 'right');
    expect((attempts as unknown as { queues: { size: number } }).queues.size).toBe(0);
  });

  it('leaves no address and no account in the store in clear', async () => {
    await tryIt('an@x.vn', '203.0.113.7', 'wrong');
    expect([...asked.keys].filter((key) => /an@|x\.vn|203\./.test(key))).toEqual([]);
    expect(asked.keys.size).toBe(6);
  });
});
