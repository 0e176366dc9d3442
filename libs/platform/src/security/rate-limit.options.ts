import { emailKey } from '#kernel';
import type { ExecutionContext } from '@nestjs/common';
import type { ThrottlerModuleOptions } from '@nestjs/throttler';
import type { FastifyRequest } from 'fastify';
import { isIPv6 } from 'node:net';
import { createHmac } from 'node:crypto';
import { STRICT_LIMIT, type StrictLimit } from './limits';
import type { RateLimits } from './rate-limits';

const QUARTER_MS = 15 * 60_000;
const HOUR_MS = 60 * 60_000;
/** A signed-in user's budget, in anonymous ones. */
const SIGNED_IN = 10;

export interface LimitSettings {
  readonly rateLimitApi: number;
  readonly rateLimitLogin: number;
  readonly rateLimitRegister: number;
  /** All processes count the same accounts by it, and nobody else can tell whose they are. */
  readonly internalSecret: string;
}

/** One household's or server's worth of addresses: IPv6 is handed out by the /64. */
export function addressOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped || !isIPv6(ip)) return mapped ?? ip;
  const [head = '', tail] = ip.split('%')[0].split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

const byAddress = (request: FastifyRequest) => `address:${addressOf(request.ip)}`;

const byCaller = (request: FastifyRequest) =>
  request.caller?.kind === 'user' ? `user:${request.caller.userId}` : byAddress(request);

const byAccount =
  (secret: string) =>
  ({ body }: FastifyRequest): string => {
    const email = (body as { email?: unknown } | null | undefined)?.email;
    const account = typeof email === 'string' ? emailKey(email) : '';
    return `account:${createHmac('sha256', secret).update(account).digest('base64url')}`;
  };

const tracker = (by: (request: FastifyRequest) => string) => (request: Record<string, unknown>) =>
  by(request as unknown as FastifyRequest);

const unless = (limit: number, kind?: StrictLimit) => (context: ExecutionContext) =>
  limit === 0 || (kind !== undefined && Reflect.getMetadata(STRICT_LIMIT, context.getHandler()) !== kind);

export const rateLimitOptions = (settings: LimitSettings, storage: RateLimits): ThrottlerModuleOptions => ({
  storage,
  throttlers: [
    {
      name: 'api',
      ttl: QUARTER_MS,
      limit: (context) => {
        const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
        return settings.rateLimitApi * (caller?.kind === 'user' ? SIGNED_IN : 1);
      },
      skipIf: unless(settings.rateLimitApi),
      getTracker: tracker(byCaller),
    },
    {
      name: 'register',
      ttl: HOUR_MS,
      limit: settings.rateLimitRegister,
      skipIf: unless(settings.rateLimitRegister, 'register'),
      getTracker: tracker(byAddress),
    },
    {
      name: 'login-address',
      ttl: QUARTER_MS,
      limit: settings.rateLimitLogin,
      skipIf: unless(settings.rateLimitLogin, 'login'),
      getTracker: tracker(byAddress),
    },
    {
      name: 'login-account',
      ttl: QUARTER_MS,
      limit: settings.rateLimitLogin,
      skipIf: unless(settings.rateLimitLogin, 'login'),
      getTracker: tracker(byAccount(settings.internalSecret)),
    },
  ],
});
