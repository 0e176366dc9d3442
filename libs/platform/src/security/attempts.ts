import { emailKey } from '#kernel';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config, LONGEST_EMAIL } from '#platform/config';
import { Attempt } from './attempt';
import { addressOf, keyedBy, networkOf, QUARTER_MS } from './rate-limit.options';
import { RateLimits } from './rate-limits';
import { Turns } from './turns';

/** The limit of an account for all places together, as a multiple of the limit of one place. */
const ACCOUNT_FACTOR = 10;

export interface Left {
  readonly limit: number;
  readonly remaining: number;
  readonly seconds: number;
  readonly refused: boolean;
}

/** Positions in `counted`. One of these two keys always counts; the later keys count only at an unknown place. */
const [OWN, NETWORK] = [0, 1];
const REMEMBERED_MS = 90 * 24 * 60 * 60_000;

/**
 * Limits failed log-ins, and failed checks of a password. Guesses from other places do not lock the owner out: at a
 * place of an earlier log-in, only the failures from that place count.
 */
@Injectable()
export class Attempts {
  private readonly turns = new Turns(QUARTER_MS);

  constructor(
    private readonly limits: RateLimits,
    private readonly config: Config,
  ) {}

  /** Waits while too many other attempts are running. Undefined if the request names no account. */
  async begin(by: 'login' | 'password', request: FastifyRequest, reply: FastifyReply): Promise<Left | undefined> {
    const account = by === 'login' ? accountInBody(request) : accountOfCaller(request);
    if (account === undefined) return undefined;
    const { internalSecret: secret, rateLimitLogin: limit } = this.config;
    const [address, network] = [addressOf(request.ip), networkOf(request.ip)];
    const counted = [
      { key: `login:own:${keyedBy(secret, account, address)}`, limit },
      { key: `login:network:${keyedBy(secret, account, network)}`, limit },
      // A signed-in user is not counted together with others at the same address.
      ...(by === 'login' ? [{ key: `login:address:${keyedBy(secret, address)}`, limit }] : []),
      { key: `login:account:${keyedBy(secret, account)}`, limit: limit * ACCOUNT_FACTOR },
    ];
    const keys = counted.map(({ key }) => key);
    const places = this.placesOf(account, request);

    const visit = this.turns.visit(counted);
    if (reply.raw.destroyed) visit.gone();
    else reply.raw.once('close', () => visit.gone());
    const windows = await this.limits.look([...keys, ...places]);
    visit.learn(windows.slice(0, keys.length).map(({ hits, endsAt }) => ({ failures: hits, endsAt })));
    const known = windows.slice(keys.length).map(({ hits }) => hits > 0);
    const first = known[0] ? OWN : NETWORK;
    const isUnknownPlace = !known.includes(true);
    const turn = await visit.turn((at) => at === first || (isUnknownPlace && at > NETWORK));
    if ('refused' in turn) return { limit, remaining: 0, seconds: turn.refused, refused: true };

    const unknown = by === 'login' ? places.filter((_, at) => !known[at]) : [];
    const remember = () => this.limits.mark(unknown, REMEMBERED_MS);
    const attempt = new Attempt(
      turn,
      () => this.limits.add(keys, QUARTER_MS),
      unknown.length > 0 ? remember : undefined,
    );
    request.attempt = attempt;
    if (reply.raw.destroyed) attempt.over();
    else reply.raw.once('close', () => attempt.over());
    return { limit, ...visit.left(first), refused: false };
  }

  /** Stores the place of a registration as a known place of the account. */
  async registered(request: FastifyRequest): Promise<void> {
    const account = accountInBody(request);
    if (account !== undefined && this.config.rateLimitLogin > 0)
      await this.limits.mark(this.placesOf(account, request), REMEMBERED_MS);
  }

  private placesOf(account: string, { ip }: FastifyRequest): readonly string[] {
    const { internalSecret: secret } = this.config;
    return [...new Set([addressOf(ip), networkOf(ip)])].map((at) => `login:known:${keyedBy(secret, account, at)}`);
  }
}

function accountInBody({ body }: FastifyRequest): string | undefined {
  const email = (body as { email?: unknown } | null | undefined)?.email;
  if (typeof email !== 'string' || email.length > LONGEST_EMAIL) return undefined;
  return `email:${emailKey(email)}`;
}

const accountOfCaller = ({ caller }: FastifyRequest): string | undefined =>
  caller?.kind === 'user' ? `user:${caller.userId}` : undefined;
