import { DomainError } from '#kernel';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { accessOf } from './access';
import { may } from './caller';

const unauthenticated = () => new DomainError('UNAUTHENTICATED', 'unauthenticated', 'Sign in first.');
const forbidden = () => new DomainError('FORBIDDEN', 'forbidden', 'You are not allowed to do this.');

/** Lets in whom the route names, and no one where it names no one. */
@Injectable()
export class AuthoriseGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true; // a socket says who it is in its handshake
    const access = accessOf(context);
    if (access?.to === 'all') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { caller = { kind: 'guest' as const }, tokenFault } = request;
    if (tokenFault) throw tokenFault;
    if (access?.to === 'guest-or-user') return true;
    if (access?.to === 'cart-or-user' && (caller.kind === 'user' || request.headers['x-cart-token'])) return true;
    if (caller.kind === 'guest') throw unauthenticated();
    if (access?.to === 'user') return true;
    if (access?.to === 'permission' && may(caller, access.permission)) return true;
    throw forbidden();
  }
}
