import type { ExecutionContext } from '@nestjs/common';
import type { ThrottlerModuleOptions } from '@nestjs/throttler';
import type { FastifyRequest } from 'fastify';
import { createHmac } from 'node:crypto';
import { addressOf, isLoopbackAddress } from './addresses';
import { SESSION_ROUTE, STRICT_LIMIT, type StrictLimit } from './limits';
import type { RateLimits } from './rate-limits';

export const QUARTER_HOUR_MS = 15 * 60_000;
const HOUR_MS = 60 * 60_000;
/** The limit of a signed-in user, as a multiple of the limit of a guest. */
const SIGNED_IN_FACTOR = 10;

export interface LimitSettings {
  /** True if requests from this machine do not count for the limit of the API. */
  readonly exemptsLoopback: boolean;
  readonly rateLimitApi: number;
  readonly rateLimitLogin: number;
  readonly rateLimitRegister: number;
  /** The secret for the hashes in the counted keys. All processes have the same secret, so they count the same keys. */
  readonly internalSecret: string;
}

/**
 * A keyed hash. All processes compute the same hash for the same values. Without the secret, nobody can guess the
 * values from the hash.
 */
export const keyedHash = (secret: string, ...values: readonly string[]): string =>
  createHmac('sha256', secret).update(JSON.stringify(values)).digest('base64url');

/**
 * Whether the client is on this machine. If a trusted proxy on this machine forwarded the request, the result is false,
 * because the client is on another machine.
 */
export function isLoopback({ raw, ips }: Pick<FastifyRequest, 'raw' | 'ips'>): boolean {
  return (ips?.length ?? 1) === 1 && isLoopbackAddress(raw.socket.remoteAddress ?? '');
}

const addressTracker = (secret: string, ip: string): string => `address:${keyedHash(secret, addressOf(ip))}`;

/** The key under which requests of a guest count for the limit of the API. */
export const guestKey = (secret: string, ip: string): string => `api:${addressTracker(secret, ip)}`;

const byAddress = (secret: string) => (request: FastifyRequest) => addressTracker(secret, request.ip);

export const isSessionRoute = (context: ExecutionContext) =>
  Reflect.getMetadata(SESSION_ROUTE, context.getHandler()) === true;

const byCaller = (secret: string) => (request: FastifyRequest, context: ExecutionContext) => {
  if (request.caller?.kind === 'user') return `user:${request.caller.userId}`;
  return (isSessionRoute(context) ? 'sessions-' : '') + byAddress(secret)(request);
};

const asTracker =
  (by: (request: FastifyRequest, context: ExecutionContext) => string) =>
  (request: Record<string, unknown>, context: ExecutionContext) =>
    by(request as unknown as FastifyRequest, context);

/**
 * A log-in from a known place of the account is counted for this account and address together. Any other log-in is
 * counted for its address, together with log-ins of other accounts.
 */
const byPlace = (secret: string) => (request: FastifyRequest) =>
  request.attempt?.knownPlace === undefined ? byAddress(secret)(request) : `known:${request.attempt.knownPlace}`;

const strictLimitOf = (context: ExecutionContext) =>
  Reflect.getMetadata(STRICT_LIMIT, context.getHandler()) as StrictLimit | undefined;

/**
 * Log-in and registration have their own limits. They are not counted for the limit of the API. Otherwise the guests of
 * a busy café could use up the limit of the café's address, and the staff there could not log in.
 */
export function rateLimitOptions(settings: LimitSettings, storage: RateLimits): ThrottlerModuleOptions {
  const { rateLimitApi, rateLimitLogin, rateLimitRegister, internalSecret: secret } = settings;
  const isLogIn = (context: ExecutionContext) => rateLimitLogin > 0 && strictLimitOf(context) === 'login';
  const isRegistration = (context: ExecutionContext) => rateLimitRegister > 0 && strictLimitOf(context) === 'register';
  return {
    storage,
    throttlers: [
      {
        name: 'api',
        ttl: QUARTER_HOUR_MS,
        limit: (context) => {
          const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
          return rateLimitApi * (caller?.kind === 'user' || isSessionRoute(context) ? SIGNED_IN_FACTOR : 1);
        },
        skipIf: (context) => rateLimitApi === 0 || isLogIn(context) || isRegistration(context),
        getTracker: asTracker(byCaller(secret)),
      },
      {
        name: 'log-ins',
        ttl: QUARTER_HOUR_MS,
        limit: rateLimitApi,
        skipIf: (context) => rateLimitApi === 0 || !isLogIn(context),
        getTracker: asTracker(byPlace(secret)),
      },
      {
        name: 'register',
        ttl: HOUR_MS,
        limit: rateLimitRegister,
        skipIf: (context) => !isRegistration(context),
        getTracker: asTracker(byAddress(secret)),
      },
    ],
  };
}
