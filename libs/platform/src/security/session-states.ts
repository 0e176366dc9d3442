import type { Uuid } from '#kernel';
import type { Role } from './caller';

/** The current state of a session, from the identity context. */
export interface SessionState {
  readonly open: boolean;
  /** The current role of the account. It can differ from the role in the token. */
  readonly role: Role;
}

/**
 * Says which sessions are open. The provider is the module that stores the sessions, or in another process a client of
 * this module.
 */
export abstract class SessionStates {
  /** Returns the states by session id. If a session has no state in the result, the session does not exist any more. */
  abstract find(sessions: readonly Uuid[]): Promise<ReadonlyMap<Uuid, SessionState>>;
}
