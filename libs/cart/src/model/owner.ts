import { derivedId, uuidFrom, type Uuid } from '#kernel';

/** A guest is known by the hash of the number in their token. The token also says since which order it is valid. */
export interface GuestOwner {
  readonly kind: 'guest';
  readonly tokenHash: string;
  /** The version of the cart that the guest ordered last, from the token; 0 before the first order. */
  readonly since: number;
}

/** The owner of a cart. A user may have been a guest before the log-in. */
export type Owner = { readonly kind: 'user'; readonly userId: Uuid; readonly before?: GuestOwner } | GuestOwner;

/**
 * A cart's id follows from its owner: it is the same before the first line is added, and after the cart was emptied.
 */
export const cartIdOf = (owner: Owner): Uuid =>
  owner.kind === 'user' ? derivedId(owner.userId, 'cart') : derivedId(idIn(owner.tokenHash), 'cart');

const idIn = (hash: string): Uuid => uuidFrom(parseInt(hash.slice(0, 12), 16), Buffer.from(hash.slice(12, 32), 'hex'));
