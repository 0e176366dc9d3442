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
  /** When the token expires, in milliseconds since 1970. */
  readonly expiresAt?: number;
  /** The name and the language that the account was registered with. */
  readonly name?: string;
  readonly locale?: 'vi' | 'en';
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
export function callerFrom(claims: AccessClaims): UserCaller | undefined {
  const { sub, email, role, sid, cart, exp, name, locale } = claims;
  if (!isUuid(sub) || !Object.hasOwn(PERMISSIONS, role)) return undefined;
  const known = role as Role;
  return {
    kind: 'user',
    userId: sub,
    email,
    role: known,
    permissions: PERMISSIONS[known],
    sessionId: sid,
    ...(exp !== undefined && { expiresAt: exp * 1_000 }),
    ...(name !== undefined && { name }),
    ...((locale === 'vi' || locale === 'en') && { locale }),
    ...(cart !== undefined && { cartTokenHash: cart }),
  };
}
