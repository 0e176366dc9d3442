import { Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { accessOf, ignoresBadTokens } from './access';
import type { Caller, GuestCaller, UserCaller } from './caller';
import { CartTokens } from './cart-tokens';
import { KeysUnavailable, tokenExpiredError, tokenInvalidError } from './token-faults';

/**
 * Identifies the caller. This guard does not refuse an invalid token. AuthoriseGuard refuses it after RateLimitGuard,
 * so that requests with invalid tokens count for the rate limit of their address.
 */
@Injectable()
export class AuthenticateGuard extends AuthGuard('access-token') {
  constructor(private readonly cartTokens: CartTokens) {
    super();
  }

  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const request = this.getRequest(context) as FastifyRequest;
    request.caller = this.guestOf(request);
    if (request.headers.authorization === undefined) return true;
    return this.identify(context);
  }

  private async identify(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context);
    return true;
  }

  override getAuthenticateOptions() {
    return { session: false, property: 'caller' };
  }

  override handleRequest<User>(error: unknown, user: unknown, info: unknown, context: ExecutionContext): User {
    if (error && !(error instanceof KeysUnavailable))
      throw error instanceof Error ? error : new Error('the token check failed', { cause: error });
    const request = this.getRequest(context) as FastifyRequest;
    if (user) {
      const caller: UserCaller = { ...(user as UserCaller), ...this.cartTokenOf(request) };
      if (request.requestContext) request.requestContext.userId = caller.userId;
      return caller as User;
    }
    // On a public route the token is used only for the rate limit. So the request is accepted even if the keys cannot
    // be read.
    const fault: unknown = error ?? info;
    if (fault instanceof KeysUnavailable && !ignoresBadTokens(accessOf(context))) throw fault;
    request.tokenFault =
      (fault as Error | undefined)?.name === 'TokenExpiredError' ? tokenExpiredError() : tokenInvalidError();
    return this.guestOf(request) satisfies Caller as User;
  }

  private guestOf(request: FastifyRequest): GuestCaller {
    return { kind: 'guest', ...this.cartTokenOf(request) };
  }

  /** A cart token that the shop did not issue is ignored. */
  private cartTokenOf({ headers }: FastifyRequest) {
    const cartToken = this.cartTokens.read(headers['x-cart-token']);
    return cartToken && { cartToken };
  }
}
