import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { GuestCaller, UserCaller } from './caller';

const TOKEN = /^[\w.~-]{16,200}$/;

/** How stores keep a cart token: SHA-256 in hex. */
export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('hex');

function cartTokenOf({ headers }: Pick<FastifyRequest, 'headers'>) {
  const token = headers['x-cart-token'];
  if (typeof token !== 'string' || !TOKEN.test(token)) return {};
  return { cartToken: token, cartTokenHash: hashOfToken(token) };
}

export const guestOf = (request: Pick<FastifyRequest, 'headers'>): GuestCaller => ({
  kind: 'guest',
  ...cartTokenOf(request),
});

export const withCartToken = (user: UserCaller, request: Pick<FastifyRequest, 'headers'>): UserCaller => ({
  ...user,
  ...cartTokenOf(request),
});
