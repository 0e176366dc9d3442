import type { Uuid } from '#kernel';
import type { Role } from './caller';

/** A session as identity knows it now. */
export interface SessionState {
  readonly open: boolean;
  /** The current role of the account, which may differ from the token's. */
  readonly role: Role;
}

/** Which sessions are still open. Bound by the module that keeps sessions, or by a client of it. */
export abstract class SessionStates {
  /** By session id. A missing one does not exist any more. */
  abstract find(sessions: readonly Uuid[]): Promise<ReadonlyMap<Uuid, SessionState>>;
}
