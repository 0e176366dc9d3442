import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { SessionStates, type SessionState } from '#platform/security';
import { Sessions } from '../model/sessions.store';

@Injectable()
export class StoredSessionStates extends SessionStates {
  constructor(private readonly sessions: Sessions) {
    super();
  }

  find(ids: readonly Uuid[]): Promise<ReadonlyMap<Uuid, SessionState>> {
    return this.sessions.states(ids);
  }
}
