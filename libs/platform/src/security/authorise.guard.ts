import { DomainError } from '#kernel';
import { Inject, Injectable, Optional, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { accessOf, ignoresBadTokens, type Access } from './access';
import { hasPermission, type UserCaller } from './caller';
import { isSessionRoute } from './rate-limit.options';
import { RightsWatch } from './rights-watch';
import { RefusalRecorder } from './refusal-recorder';

const unauthenticatedError = () => new DomainError('UNAUTHENTICATED', 'unauthenticated', 'Sign in first.');
const forbiddenError = () => new DomainError('FORBIDDEN', 'forbidden', 'You are not allowed to do this.');

/** Allows the callers whom the access rule of the route allows. A route without an access rule refuses everyone. */
@Injectable()
export class AuthoriseGuard implements CanActivate {
  constructor(
    private readonly rights: RightsWatch,
    @Optional() @Inject(RefusalRecorder) private readonly refusals: RefusalRecorder | null,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (context.getType() !== 'http') return true; // a web socket is authenticated in its handshake
    const access = accessOf(context);
    if (ignoresBadTokens(access)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { caller = { kind: 'guest' as const }, tokenFault } = request;
    if (tokenFault) {
      // An expired token is not recorded: the token was valid, and its owner only has to refresh it.
      const isForged = tokenFault.code === 'TOKEN_INVALID';
      if (isForged && access?.to === 'permission') this.refusals?.recordRefusal(context, request, tokenFault);
      throw tokenFault;
    }
    const isOpen = access?.to === 'guest-or-user' || (access?.to === 'cart-or-user' && caller.cartToken !== undefined);
    if (caller.kind === 'guest') {
      if (isOpen) return true;
      throw unauthenticatedError();
    }
    if (access && isSessionRoute(context)) return true; // these routes also accept a session that has ended
    if (access && access.to !== 'permission') return this.expectOpenSession(caller);
    return this.expectPermission(access, caller, (refusal) => this.refusals?.recordRefusal(context, request, refusal));
  }

  /**
   * Refuses a caller whose session has ended. For up to a second after the end of the session, requests can still be
   * accepted.
   */
  private async expectOpenSession(caller: UserCaller): Promise<true> {
    const loss = await this.rights.recentLossOf(caller);
    if (loss) throw loss;
    return true;
  }

  /**
   * Checks the permission in the token, and the current role, because a user can lose a role while the token is valid.
   * If the current role cannot be read, only the token decides.
   */
  private async expectPermission(access: Access | undefined, caller: UserCaller, note: (refusal: DomainError) => void) {
    const isAllowed =
      access?.to === 'permission' && [access.permission, access.or].some((one) => one && hasPermission(caller, one));
    const refusal = isAllowed ? await this.rights.lossOf(caller) : forbiddenError();
    if (!refusal) return true;
    note(refusal);
    throw refusal;
  }
}
