import { Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { accessOf } from './access';
import type { Caller, UserCaller } from './caller';
import { guestOf, withCartToken } from './cart-token';
import { KeysUnavailable, tokenExpired, tokenInvalid } from './token-faults';

/**
 * Finds out who is calling, and refuses no one yet: what is wrong with a token is kept for the guard that decides, so
 * that bad tokens count against the limits of their address.
 */
@Injectable()
export class AuthenticateGuard extends AuthGuard('access-token') {
  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const request = this.getRequest(context) as FastifyRequest;
    request.caller = guestOf(request);
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
      const caller = withCartToken(user as UserCaller, request);
      if (request.ambient) request.ambient.userId = caller.userId;
      return caller as User;
    }
    // Where all may, the token only tells whose budget the request is counted against.
    const fault: unknown = error ?? info;
    if (fault instanceof KeysUnavailable && accessOf(context)?.to !== 'all') throw fault;
    request.tokenFault = (fault as Error | undefined)?.name === 'TokenExpiredError' ? tokenExpired() : tokenInvalid();
    return guestOf(request) satisfies Caller as User;
  }
}
