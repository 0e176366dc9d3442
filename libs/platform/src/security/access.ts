import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { Caller, Permission } from './caller';

/** The access rule of a route: who is allowed to use the route. A route without an access rule refuses everyone. */
export type Access =
  | { readonly to: 'all' }
  | { readonly to: 'guest-or-user'; readonly badTokens?: 'ignored' }
  | { readonly to: 'cart-or-user' }
  | { readonly to: 'user' }
  | { readonly to: 'permission'; readonly permission: Permission; readonly or?: Permission };

export const ACCESS = 'shop:access';

const accessByHandler = new WeakMap<object, Access | null>();

/**
 * The access rule of the handler. If the handler has no rule, the rule of its controller. The rule of a route never
 * changes, so it is read only once.
 */
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

/**
 * Everyone can use the route. No token is needed, and an invalid token is ignored. A valid token is used only for the
 * rate limit of its user.
 */
export const Public = (): OnRoute => accessDecorator({ to: 'all' });

/**
 * Everyone can use the route. If the request has a token, it identifies the caller. An invalid token, or a token of an
 * ended session, gets 401. Routes that check other credentials, such as a password, ignore bad access tokens, because
 * some clients send an old token with each request.
 */
export const GuestOrUser = (options: { readonly badTokens?: 'ignored' } = {}): OnRoute =>
  accessDecorator({ to: 'guest-or-user', ...options });

/** Whether this route ignores an invalid or expired access token. */
export const ignoresBadTokens = (access: Access | undefined): boolean =>
  access?.to === 'all' || (access?.to === 'guest-or-user' && access.badTokens === 'ignored');

/** A signed-in user, or a client with a cart token that the shop issued, can use the route. Others get 401. */
export const CartOrUser = (): OnRoute => accessDecorator({ to: 'cart-or-user' });

/** Only signed-in users can use the route. */
export const SignedIn = (): OnRoute => accessDecorator({ to: 'user' });

/**
 * Only a user whose role has the permission `permission` or the permission `or` can use the route. Example for `or`: a
 * route that staff need for their work, and that auditors can read too.
 */
export const Allowed = (permission: Permission, or?: Permission): OnRoute =>
  accessDecorator({ to: 'permission', permission, ...(or && { or }) });

/** The caller that the guards have identified. */
export const CurrentCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller =>
    context.switchToHttp().getRequest<{ caller?: Caller }>().caller ?? { kind: 'guest' },
);
