import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { Caller, Permission } from './caller';

/** Who may use a route. A route that does not say is refused to everyone. */
export type Access =
  | { readonly to: 'all' }
  | { readonly to: 'guest-or-user' }
  | { readonly to: 'cart-or-user' }
  | { readonly to: 'user' }
  | { readonly to: 'permission'; readonly permission: Permission };

export const ACCESS = 'shop:access';

const known = new WeakMap<object, Access | null>();

/** What the handler says, else its controller; a route's answer never changes, so it is looked up once. */
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

/** Anyone. No token is needed, and a bad one does no harm; a good one has the request counted as its owner’s. */
export const Public = (): OnRoute => access({ to: 'all' });

/** Anyone, known by token when one is sent; a bad token is 401, not a guest. */
export const GuestOrUser = (): OnRoute => access({ to: 'guest-or-user' });

/** Whoever is signed in, or sends a cart token; whether it is one of ours the route finds out. Without either it is 401. */
export const CartOrUser = (): OnRoute => access({ to: 'cart-or-user' });

/** Whoever is signed in. */
export const SignedIn = (): OnRoute => access({ to: 'user' });

/** Whoever's role carries the permission. */
export const Allowed = (permission: Permission): OnRoute => access({ to: 'permission', permission });

/** The caller of a route, as the guards know them. */
export const Who = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller =>
    context.switchToHttp().getRequest<{ caller?: Caller }>().caller ?? { kind: 'guest' },
);
