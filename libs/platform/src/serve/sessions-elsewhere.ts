import type { Provider as NestProvider } from '@nestjs/common';
import type { Uuid } from '#kernel';
import type { Config, ContextName } from '#platform/config';
import { RemoteContext } from '#platform/questions';
import { SessionStates, type SessionState } from '#platform/security';

const MOST_AT_ONCE = 1_000;

/** Asks the identity service for the states of sessions. */
class SessionsOverHttp extends SessionStates {
  constructor(private readonly identity: RemoteContext) {
    super();
  }

  async find(sessions: readonly Uuid[]): Promise<ReadonlyMap<Uuid, SessionState>> {
    const found: [Uuid, SessionState][] = [];
    for (let from = 0; from < sessions.length; from += MOST_AT_ONCE) {
      const batch = sessions.slice(from, from + MOST_AT_ONCE);
      found.push(...(await this.identity.ask<[Uuid, SessionState][]>('session-states', { sessions: batch })));
    }
    return new Map(found);
  }
}

/** A process without the identity context asks the identity service which sessions are open. */
export const sessionsElsewhere = (
  { identityUrl, internalSecret }: Config,
  contexts: readonly ContextName[],
): NestProvider[] =>
  contexts.includes('identity') || !identityUrl
    ? []
    : [
        {
          provide: SessionStates,
          useValue: new SessionsOverHttp(new RemoteContext('identity', identityUrl, internalSecret)),
        },
      ];
