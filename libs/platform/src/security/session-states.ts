import type { Uuid } from '#kernel';
import type { Role } from './caller';

/** A session as identity knows it now. */
export interface SessionState {
  readonly open: boolean;
  /** The current role of the account, which may differ from the token's. */
  readonly role: Role;
}

/** Which sessions are still open. The module that has the sessions provides it, or a client of that module. */
export abstract class SessionStates {
  /** The states by session id. A session without a state does not exist any more. */
  abstract find(sessions: readonly Uuid[]): Promise<ReadonlyMap<Uuid, SessionState>>;
}
