import { derivedId, uuidFrom, type Uuid } from '#kernel';

/** Whose cart it is. A guest is known by the hash of their token; a user may still carry one from before the log-in. */
export type Owner =
  | { readonly kind: 'user'; readonly userId: Uuid; readonly guestTokenHash?: string }
  | { readonly kind: 'guest'; readonly tokenHash: string };

/** A cart's id follows from its owner: it is the same before the first line is put in, and after the cart was emptied. */
export const cartIdOf = (owner: Owner): Uuid =>
  owner.kind === 'user' ? derivedId(owner.userId, 'cart') : derivedId(idIn(owner.tokenHash), 'cart');

/** The owner of what was collected before the log-in, where there may be something. */
export const guestBefore = (owner: Owner): Owner | undefined =>
  owner.kind === 'user' && owner.guestTokenHash ? { kind: 'guest', tokenHash: owner.guestTokenHash } : undefined;

const idIn = (hash: string): Uuid => uuidFrom(parseInt(hash.slice(0, 12), 16), Buffer.from(hash.slice(12, 32), 'hex'));
