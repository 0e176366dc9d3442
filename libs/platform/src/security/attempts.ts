import { emailKey } from '#kernel';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config, LONGEST_EMAIL } from '#platform/config';
import { Attempt } from './attempt';
import { AttemptQueues } from './attempt-queues';
import { addressOf, networkOf } from './addresses';
import { keyedHash, QUARTER_HOUR_MS } from './rate-limit.options';
import { RateLimits } from './rate-limits';

/** The limit of an account for all addresses together, as a multiple of the limit of one address. */
const ACCOUNT_FACTOR = 10;

export interface AttemptLimit {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until all attempts of the limit are available again, or until a refused client can try again. */
  readonly seconds: number;
  readonly refused: boolean;
}

/**
 * Positions in `counted`. The limit of one of these two keys is always checked. The limits of the later keys are
 * checked only for unknown places.
 */
const [OWN_ADDRESS, NETWORK] = [0, 1];
const PLACE_REMEMBERED_MS = 90 * 24 * 60 * 60_000;

/**
 * Limits failed log-ins, and failed checks of a password. Each account has known places: the addresses and networks of
 * its earlier log-ins. At a known place, only the failures from this place count. So the owner of the account can still
 * log in there while somebody guesses the password at other places.
 */
@Injectable()
export class Attempts {
  private readonly queues = new AttemptQueues(QUARTER_HOUR_MS);

  constructor(
    private readonly limits: RateLimits,
    private readonly config: Config,
  ) {}

  /**
   * Begins an attempt, or waits while too many other attempts are running. Undefined if the request names no account.
   */
  async begin(
    kind: 'login' | 'password',
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<AttemptLimit | undefined> {
    const account = kind === 'login' ? accountInBody(request) : accountOfCaller(request);
    if (account === undefined) return undefined;
    const { internalSecret: secret, rateLimitLogin: limit } = this.config;
    const [address, network] = [addressOf(request.ip), networkOf(request.ip)];
    const counted = [
      { key: `login:own:${keyedHash(secret, account, address)}`, limit },
      { key: `login:network:${keyedHash(secret, account, network)}`, limit },
      // A check of a password (`password`) does not count for the address, because the user is signed in.
      ...(kind === 'login' ? [{ key: `login:address:${keyedHash(secret, address)}`, limit }] : []),
      { key: `login:account:${keyedHash(secret, account)}`, limit: limit * ACCOUNT_FACTOR },
    ];
    const keys = counted.map(({ key }) => key);
    const placeKeys = this.placeKeysOf(account, request);

    const queued = this.queues.enter(counted);
    if (reply.raw.destroyed) queued.leave();
    else reply.raw.once('close', () => queued.leave());
    const windows = await this.limits.read([...keys, ...placeKeys]);
    queued.takeOverCounts(windows.slice(0, keys.length).map(({ hits, endsAt }) => ({ failures: hits, endsAt })));
    const isKnown = windows.slice(keys.length).map(({ hits }) => hits > 0);
    const alwaysLimiting = isKnown[0] ? OWN_ADDRESS : NETWORK;
    const isUnknownPlace = !isKnown.includes(true);
    const turn = await queued.waitForTurn((at) => at === alwaysLimiting || (isUnknownPlace && at > NETWORK));
    if ('retryAfterSeconds' in turn) return { limit, remaining: 0, seconds: turn.retryAfterSeconds, refused: true };

    const unknownPlaces = kind === 'login' ? placeKeys.filter((_, at) => !isKnown[at]) : [];
    const rememberPlace = () => this.limits.remember(unknownPlaces, PLACE_REMEMBERED_MS);
    const attempt = new Attempt(
      turn,
      () => this.limits.countAll(keys, QUARTER_HOUR_MS),
      unknownPlaces.length > 0 ? rememberPlace : undefined,
      isUnknownPlace ? undefined : keyedHash(secret, account, address),
    );
    request.attempt = attempt;
    if (reply.raw.destroyed) attempt.drop();
    else reply.raw.once('close', () => attempt.drop());
    return { limit, ...queued.remaining(alwaysLimiting), refused: false };
  }

  /** Stores the place of a registration as a known place of the new account. */
  async rememberPlace(request: FastifyRequest): Promise<void> {
    const account = accountInBody(request);
    if (account !== undefined && this.config.rateLimitLogin > 0)
      await this.limits.remember(this.placeKeysOf(account, request), PLACE_REMEMBERED_MS);
  }

  private placeKeysOf(account: string, { ip }: FastifyRequest): readonly string[] {
    const { internalSecret: secret } = this.config;
    return [...new Set([addressOf(ip), networkOf(ip)])].map((at) => `login:known:${keyedHash(secret, account, at)}`);
  }
}

function accountInBody({ body }: FastifyRequest): string | undefined {
  const email = (body as { email?: unknown } | null | undefined)?.email;
  if (typeof email !== 'string' || email.length > LONGEST_EMAIL) return undefined;
  return `email:${emailKey(email)}`;
}

const accountOfCaller = ({ caller }: FastifyRequest): string | undefined =>
  caller?.kind === 'user' ? `user:${caller.userId}` : undefined;
