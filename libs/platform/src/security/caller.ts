import { isUuid, type Uuid } from '#kernel';
import { parseGuestTokenState, type CartToken, type GuestTokenState } from './cart-tokens';
import type { AccessClaims } from './verifying-keys';

export const ROLES = ['customer', 'barista', 'manager', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export type Permission = 'catalog' | 'stock' | 'staff' | 'refund' | 'audit' | 'ops' | 'reports';

export const PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  customer: [],
  barista: ['staff', 'refund'],
  manager: ['staff', 'refund', 'catalog', 'stock', 'reports', 'audit'],
  // An auditor changes nothing: `audit` and `reports` allow only operations that read.
  auditor: ['reports', 'audit'],
  admin: ['staff', 'refund', 'catalog', 'stock', 'reports', 'audit', 'ops'],
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
  /**
   * The guest whose cart token was sent at log-in. The cart of this guest is merged once into the cart of the user.
   * `guestBefore` does not give access to the orders of the guest.
   */
  readonly guestBefore?: GuestTokenState;
  /**
   * The `X-Cart-Token` of the request, if the shop issued this token. With the token, the caller can read the orders of
   * the guest.
   */
  readonly cartToken?: CartToken;
}

export interface GuestCaller {
  readonly kind: 'guest';
  /** The `X-Cart-Token` of the request, if the shop issued this token. */
  readonly cartToken?: CartToken;
}

export type Caller = UserCaller | GuestCaller;

export const hasPermission = (caller: Caller, permission: Permission): boolean =>
  caller.kind === 'user' && caller.permissions.includes(permission);

/** The caller that a verified token names; undefined if the subject is not a UUID, or the role is unknown. */
export function callerFrom(claims: AccessClaims): UserCaller | undefined {
  const { sub, email, role, sid, cart, exp, name, locale } = claims;
  if (!isUuid(sub) || !Object.hasOwn(PERMISSIONS, role)) return undefined;
  const known = role as Role;
  const guestBefore = parseGuestTokenState(cart);
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
    ...(guestBefore && { guestBefore }),
  };
}
