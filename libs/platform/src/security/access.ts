import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { Caller, Permission } from './caller';

/** Who may use a route. A route that does not say is refused to everyone. */
export type Access =
  | { readonly to: 'all' }
  | { readonly to: 'guest-or-user' }
  | { readonly to: 'cart-or-user' }
  | { readonly to: 'user' }
  | { readonly to: 'permission'; readonly permission: Permission; readonly or?: Permission };

export const ACCESS = 'shop:access';

const known = new WeakMap<object, Access | null>();

/** What the handler says, else its controller. It never changes for a route, so it is looked up once. */
export function accessOf(context: Pick<ExecutionContext, 'getHandler' | 'getClass'>): Access | undefined {
  const handler = context.getHandler();
  let access = known.get(handler);
  if (access === undefined) {
    access = (Reflect.getMetadata(ACCESS, handler) ??
      Reflect.getMetadata(ACCESS, context.getClass()) ??
      null) as Access | null;
    known.set(handler, access);
  }
  return access ?? undefined;
}

type OnRoute = MethodDecorator & ClassDecorator;

const access = (allowed: Access): OnRoute => applyDecorators(SetMetadata(ACCESS, allowed));

/** Anyone. No token is needed, and a bad one is ignored. With a good one the request counts for its owner. */
export const Public = (): OnRoute => access({ to: 'all' });

/** Anyone, recognised by a token if one is sent. A bad token, or one of an ended session, is 401, not a guest. */
export const GuestOrUser = (): OnRoute => access({ to: 'guest-or-user' });

/** A signed-in user, or a client with a cart token that the shop issued. Others get 401. */
export const CartOrUser = (): OnRoute => access({ to: 'cart-or-user' });

/** A signed-in user. */
export const SignedIn = (): OnRoute => access({ to: 'user' });

/** A user whose role has the permission, or the other one: auditors may see what staff see for their work. */
export const Allowed = (permission: Permission, or?: Permission): OnRoute =>
  access({ to: 'permission', permission, ...(or && { or }) });

/** The caller of a route, as the guards know them. */
export const Who = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller =>
    context.switchToHttp().getRequest<{ caller?: Caller }>().caller ?? { kind: 'guest' },
);
