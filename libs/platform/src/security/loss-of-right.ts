import { DomainError } from '#kernel';
import { PERMISSIONS, type Permission, type UserCaller } from './caller';
import type { SessionState } from './session-states';
import { tokenExpiredError } from './token-faults';

export const sessionEndedError = () =>
  new DomainError('SESSION_ENDED', 'unauthenticated', 'This session has ended. Sign in again.');

export const roleLostError = () =>
  new DomainError('ROLE_LOST', 'forbidden', 'Your role has changed. Sign in again to go on with what you may do.');

/**
 * Why a signed-in caller has lost a right that was granted earlier; undefined if the caller still has the right.
 * `state` is null if the session no longer exists, and undefined if the session cannot be read at the moment.
 */
export function lossOfRight(
  { expiresAt, permissions }: Pick<UserCaller, 'expiresAt' | 'permissions'>,
  state: SessionState | null | undefined,
  now: number,
): DomainError | undefined {
  if (expiresAt !== undefined && expiresAt <= now) return tokenExpiredError();
  if (state === undefined) return undefined;
  if (!state?.open) return sessionEndedError();
  const left: readonly Permission[] = PERMISSIONS[state.role];
  return permissions.every((permission) => left.includes(permission)) ? undefined : roleLostError();
}
