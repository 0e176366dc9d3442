import { isUuid, type Uuid } from '#kernel';
import type { AccessClaims } from './verifying-keys';

export type Role = 'customer' | 'barista' | 'manager' | 'admin';

export type Permission = 'catalog' | 'stock' | 'staff' | 'audit' | 'ops' | 'reports';

export const PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  customer: [],
  barista: ['staff'],
  manager: ['staff', 'catalog', 'stock', 'reports', 'audit'],
  admin: ['staff', 'catalog', 'stock', 'reports', 'audit', 'ops'],
};

export interface UserCaller {
  readonly kind: 'user';
  readonly userId: Uuid;
  readonly email: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
  readonly sessionId: string;
  /** The cart token this user still carries from before the log-in. */
  readonly cartToken?: string;
  /** Its hash, as stores keep it. */
  readonly cartTokenHash?: string;
}

export interface GuestCaller {
  readonly kind: 'guest';
  /** What `X-Cart-Token` said, if it looks like a token of ours. */
  readonly cartToken?: string;
  readonly cartTokenHash?: string;
}

export type Caller = UserCaller | GuestCaller;

export const may = (caller: Caller, permission: Permission): boolean =>
  caller.kind === 'user' && caller.permissions.includes(permission);

/** Whom a verified token speaks for; undefined when it names no one we could know. */
export function callerFrom({ sub, email, role, sid, cart }: AccessClaims): UserCaller | undefined {
  if (!isUuid(sub) || !Object.hasOwn(PERMISSIONS, role)) return undefined;
  const known = role as Role;
  const carried = cart === undefined ? {} : { cartTokenHash: cart };
  return { kind: 'user', userId: sub, email, role: known, permissions: PERMISSIONS[known], sessionId: sid, ...carried };
}
