import type { Role } from '#platform/security';

export interface SessionSeconds {
  readonly sessionSecondsCustomer: number;
  readonly sessionSecondsStaff: number;
}

/** The end of a session that began at `begunAt`. Refreshing does not extend the session. */
export function sessionEnd(role: Role, begunAt: Date, settings: SessionSeconds): Date {
  const seconds = role === 'customer' ? settings.sessionSecondsCustomer : settings.sessionSecondsStaff;
  return new Date(begunAt.getTime() + seconds * 1_000);
}

export const earliest = (a: Date, b: Date): Date => (a < b ? a : b);
