import { derivedId, uuidFrom, type Uuid } from '#kernel';

/** A guest is identified by the hash of the number in their token. Each order gives the guest a newer token. */
export interface GuestOwner {
  readonly kind: 'guest';
  readonly tokenHash: string;
  /** From the token: the cart version of the order that returned the token. 0 if the token is from before any order. */
  readonly since: number;
}

/** The owner of a cart. `before` is the guest that a user was before the log-in. */
export type Owner = { readonly kind: 'user'; readonly userId: Uuid; readonly before?: GuestOwner } | GuestOwner;

/** The cart's id. It is derived from the owner, so it is known before the cart is stored. */
export const cartIdOf = (owner: Owner): Uuid =>
  owner.kind === 'user' ? derivedId(owner.userId, 'cart') : derivedId(idFromHash(owner.tokenHash), 'cart');

const idFromHash = (hash: string): Uuid =>
  uuidFrom(parseInt(hash.slice(0, 12), 16), Buffer.from(hash.slice(12, 32), 'hex'));
