import type { ExecutionContext } from '@nestjs/common';
import type { ThrottlerModuleOptions } from '@nestjs/throttler';
import type { FastifyRequest } from 'fastify';
import { BlockList, isIPv6 } from 'node:net';
import { createHmac } from 'node:crypto';
import { OF_SESSIONS, STRICT_LIMIT, type StrictLimit } from './limits';
import type { RateLimits } from './rate-limits';

export const QUARTER_HOUR_MS = 15 * 60_000;
const HOUR_MS = 60 * 60_000;
/** The limit of a signed-in user, as a multiple of the anonymous limit. */
const SIGNED_IN_FACTOR = 10;

export interface LimitSettings {
  /** True if requests from this machine do not count for the limit of the API. */
  readonly exemptsLoopback: boolean;
  readonly rateLimitApi: number;
  readonly rateLimitLogin: number;
  readonly rateLimitRegister: number;
  /** The secret for the keys that are counted. It is the same in all processes, so they count together. */
  readonly internalSecret: string;
}

/** A keyed hash. It is the same in all processes. Without the secret, nobody can find out whose hash it is. */
export const keyedHash = (secret: string, ...what: readonly string[]): string =>
  createHmac('sha256', secret).update(JSON.stringify(what)).digest('base64url');

/** The address that is counted. For IPv6 it is the /64 network, which providers give to one household or server. */
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

/** The network of an address, so that a person who gets a neighbouring address is still recognised. */
export function networkOf(ip: string): string {
  const address = addressOf(ip);
  return address.includes(':') ? address : address.replace(/\.\d+$/, '.0/24');
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Whether the client is on this machine. A request through a trusted proxy on this machine does not count, because its
 * client is elsewhere.
 */
export function isLoopback({ raw, ips }: Pick<FastifyRequest, 'raw' | 'ips'>): boolean {
  const peer = raw.socket.remoteAddress;
  if (peer === undefined || (ips?.length ?? 1) > 1) return false;
  const address = peer.replace(/^::ffff:(?=\d+\.)/i, '');
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

const byAddress = (secret: string) => (request: FastifyRequest) =>
  `address:${keyedHash(secret, addressOf(request.ip))}`;

export const isOfSessions = (context: ExecutionContext) =>
  Reflect.getMetadata(OF_SESSIONS, context.getHandler()) === true;

const byCaller = (secret: string) => (request: FastifyRequest, context: ExecutionContext) => {
  if (request.caller?.kind === 'user') return `user:${request.caller.userId}`;
  return (isOfSessions(context) ? 'sessions-' : '') + byAddress(secret)(request);
};

const asTracker =
  (by: (request: FastifyRequest, context: ExecutionContext) => string) =>
  (request: Record<string, unknown>, context: ExecutionContext) =>
    by(request as unknown as FastifyRequest, context);

const skipUnless = (limit: number, kind?: StrictLimit) => (context: ExecutionContext) =>
  limit === 0 || (kind !== undefined && Reflect.getMetadata(STRICT_LIMIT, context.getHandler()) !== kind);

export const rateLimitOptions = (settings: LimitSettings, storage: RateLimits): ThrottlerModuleOptions => ({
  storage,
  throttlers: [
    {
      name: 'api',
      ttl: QUARTER_HOUR_MS,
      limit: (context) => {
        const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
        return settings.rateLimitApi * (caller?.kind === 'user' || isOfSessions(context) ? SIGNED_IN_FACTOR : 1);
      },
      skipIf: skipUnless(settings.rateLimitApi),
      getTracker: asTracker(byCaller(settings.internalSecret)),
    },
    {
      name: 'register',
      ttl: HOUR_MS,
      limit: settings.rateLimitRegister,
      skipIf: skipUnless(settings.rateLimitRegister, 'register'),
      getTracker: asTracker(byAddress(settings.internalSecret)),
    },
  ],
});
