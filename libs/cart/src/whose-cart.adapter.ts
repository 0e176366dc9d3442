import { randomBytes } from 'node:crypto';
import { hashOfToken, type Caller } from '#platform/security';
import type { Owner } from './model/owner';

export const CART_TOKEN = 'X-Cart-Token';

/** Whose cart a request is about; a guest without a token gets one, which the answer hands over. */
export interface Visitor {
  readonly owner: Owner;
  readonly newToken?: string;
}

export function visitorFrom(caller: Caller): Visitor {
  if (caller.kind === 'user')
    return {
      owner: {
        kind: 'user',
        userId: caller.userId,
        ...(caller.cartTokenHash && { guestTokenHash: caller.cartTokenHash }),
      },
    };
  if (caller.cartTokenHash) return { owner: { kind: 'guest', tokenHash: caller.cartTokenHash } };
  const newToken = randomBytes(32).toString('base64url');
  return { owner: { kind: 'guest', tokenHash: hashOfToken(newToken) }, newToken };
}
