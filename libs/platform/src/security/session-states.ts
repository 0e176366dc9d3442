import type { Uuid } from '#kernel';
import type { Role } from './caller';

/** The current state of a session, from the identity context. */
export interface SessionState {
  readonly open: boolean;
  /** The current role of the account, which may differ from the role in the token. */
  readonly role: Role;
}

/** Says which sessions are open. The module that stores the sessions provides it, or a client of that module. */
export abstract class SessionStates {
  /** The states by session id. A session without a state does not exist any more. */
  abstract find(sessions: readonly Uuid[]): Promise<ReadonlyMap<Uuid, SessionState>>;
}
