import { emailKey } from '#kernel';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config, LONGEST_EMAIL } from '#platform/config';
import { Attempt } from './attempt';
import { addressOf, keyedBy, networkOf, QUARTER_MS } from './rate-limit.options';
import { RateLimits } from './rate-limits';
import { Turns } from './turns';

/** An account may be attacked from many places, so its own limit is this many times the limit of one place. */
const LOOSE = 10;

export interface Left {
  readonly limit: number;
  readonly remaining: number;
  readonly seconds: number;
  readonly refused: boolean;
}

/** The positions of the most important keys. The later keys matter only for callers from an unknown place. */
const [OWN, NETWORK] = [0, 1];
const REMEMBERED_MS = 90 * 24 * 60 * 60_000;

/**
 * Limits what may fail: log-ins, and passwords that are asked for again. Guesses from elsewhere do not lock the
 * owner out: from a place of an earlier log-in, only failures there count.
 */
@Injectable()
export class Attempts {
  private readonly turns = new Turns(QUARTER_MS);

  constructor(
    private readonly limits: RateLimits,
    private readonly config: Config,
  ) {}

  /** Waits for a turn if others are trying at the moment. Undefined if the request names no account. */
  async begin(by: 'login' | 'password', request: FastifyRequest, reply: FastifyReply): Promise<Left | undefined> {
    const account = by === 'login' ? named(request) : signedIn(request);
    if (account === undefined) return undefined;
    const { internalSecret: secret, rateLimitLogin: limit } = this.config;
    const [address, network] = [addressOf(request.ip), networkOf(request.ip)];
    const counted = [
      { key: `login:own:${keyedBy(secret, account, address)}`, limit },
      { key: `login:network:${keyedBy(secret, account, network)}`, limit },
      // A signed-in user is counted alone, not with the others at their address.
      ...(by === 'login' ? [{ key: `login:address:${keyedBy(secret, address)}`, limit }] : []),
      { key: `login:account:${keyedBy(secret, account)}`, limit: limit * LOOSE },
    ];
    const keys = counted.map(({ key }) => key);
    const places = this.placesOf(account, request);

    const visit = this.turns.visit(counted);
    if (reply.raw.destroyed) visit.gone();
    else reply.raw.once('close', () => visit.gone());
    const told = await this.limits.look([...keys, ...places]);
    visit.learn(told.slice(0, keys.length).map(({ hits, endsAt }) => ({ failures: hits, endsAt })));
    const known = told.slice(keys.length).map(({ hits }) => hits > 0);
    const first = known[0] ? OWN : NETWORK;
    const everywhere = !known.includes(true);
    const turn = await visit.turn((at) => at === first || (everywhere && at > NETWORK));
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

  /** A person who registers has been at this place. */
  async registered(request: FastifyRequest): Promise<void> {
    const account = named(request);
    if (account !== undefined && this.config.rateLimitLogin > 0)
      await this.limits.mark(this.placesOf(account, request), REMEMBERED_MS);
  }

  private placesOf(account: string, { ip }: FastifyRequest): readonly string[] {
    const { internalSecret: secret } = this.config;
    return [...new Set([addressOf(ip), networkOf(ip)])].map((at) => `login:known:${keyedBy(secret, account, at)}`);
  }
}

function named({ body }: FastifyRequest): string | undefined {
  const email = (body as { email?: unknown } | null | undefined)?.email;
  if (typeof email !== 'string' || email.length > LONGEST_EMAIL) return undefined;
  return `email:${emailKey(email)}`;
}

const signedIn = ({ caller }: FastifyRequest): string | undefined =>
  caller?.kind === 'user' ? `user:${caller.userId}` : undefined;
