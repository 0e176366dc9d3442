import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { Caller, Permission } from './caller';

/** Who may use a route. A route without such a rule refuses everyone. */
export type Access =
  | { readonly to: 'all' }
  | { readonly to: 'guest-or-user'; readonly badTokens?: 'ignored' }
  | { readonly to: 'cart-or-user' }
  | { readonly to: 'user' }
  | { readonly to: 'permission'; readonly permission: Permission; readonly or?: Permission };

export const ACCESS = 'shop:access';

const accessByHandler = new WeakMap<object, Access | null>();

/** The rule of the handler, else of its controller. It never changes for a route, so it is read only once. */
export function accessOf(context: Pick<ExecutionContext, 'getHandler' | 'getClass'>): Access | undefined {
  const handler = context.getHandler();
  let access = accessByHandler.get(handler);
  if (access === undefined) {
    access = (Reflect.getMetadata(ACCESS, handler) ??
      Reflect.getMetadata(ACCESS, context.getClass()) ??
      null) as Access | null;
    accessByHandler.set(handler, access);
  }
  return access ?? undefined;
}

type OnRoute = MethodDecorator & ClassDecorator;

const accessDecorator = (allowed: Access): OnRoute => applyDecorators(SetMetadata(ACCESS, allowed));

/** Anyone. No token is needed, and an invalid token is ignored. A valid token only decides whose rate limit counts. */
export const Public = (): OnRoute => accessDecorator({ to: 'all' });

/**
 * Anyone; a token identifies the caller. An invalid token, or a token of an ended session, gets 401. Some routes
 * check other credentials, such as a password. They ignore bad access tokens, because a client may send an old token
 * with each request.
 */
export const GuestOrUser = (options: { readonly badTokens?: 'ignored' } = {}): OnRoute =>
  accessDecorator({ to: 'guest-or-user', ...options });

/** Whether a bad access token does not matter on this route. */
export const ignoresBadTokens = (access: Access | undefined): boolean =>
  access?.to === 'all' || (access?.to === 'guest-or-user' && access.badTokens === 'ignored');

/** A signed-in user, or a client with a cart token that the shop issued. Others get 401. */
export const CartOrUser = (): OnRoute => accessDecorator({ to: 'cart-or-user' });

/** A signed-in user. */
export const SignedIn = (): OnRoute => accessDecorator({ to: 'user' });

/**
 * A user whose role has the permission `permission` or the permission `or`. With `or`, auditors may read what staff
 * read for their work.
 */
export const Allowed = (permission: Permission, or?: Permission): OnRoute =>
  accessDecorator({ to: 'permission', permission, ...(or && { or }) });

/** The caller that the guards have identified. */
export const CurrentCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller =>
    context.switchToHttp().getRequest<{ caller?: Caller }>().caller ?? { kind: 'guest' },
);
