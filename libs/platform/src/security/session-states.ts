import type { Uuid } from '#kernel';
import type { Role } from './caller';

/** A session as identity knows it now. */
export interface SessionState {
  readonly open: boolean;
  /** The role of its account, which may be another than the token says. */
  readonly role: Role;
}

/** Which sessions still stand. Bound by whoever keeps sessions, or by a client of it. */
export abstract class SessionStates {
  /** By session id; one that is missing does not exist any more. */
  abstract find(sessions: readonly Uuid[]): Promise<ReadonlyMap<Uuid, SessionState>>;
}
