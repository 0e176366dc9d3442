import type { Role } from '#platform/security';

export interface SessionSeconds {
  readonly sessionSecondsCustomer: number;
  readonly sessionSecondsStaff: number;
}

/** When a session ends that began at `begun`. Refreshing does not extend the session. */
export function sessionEnd(role: Role, begun: Date, settings: SessionSeconds): Date {
  const seconds = role === 'customer' ? settings.sessionSecondsCustomer : settings.sessionSecondsStaff;
  return new Date(begun.getTime() + seconds * 1_000);
}

export const earliest = (a: Date, b: Date): Date => (a < b ? a : b);
