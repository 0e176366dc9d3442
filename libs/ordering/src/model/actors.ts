import type { Uuid } from '#kernel';

interface CallerLike {
  readonly kind: 'user' | 'guest';
  readonly userId?: Uuid;
  readonly cartToken?: { readonly guestHash: string };
}

/** Makes the actor that is stored with a fact. */
export type ActorOf = (caller: CallerLike) => { readonly kind: 'user' | 'guest' | 'staff'; readonly id?: string };

export const buyerActor: ActorOf = ({ kind, userId }) => ({ kind, ...(userId && { id: userId }) });
export const staffActor: ActorOf = ({ userId }) => ({ kind: 'staff', ...(userId && { id: userId }) });

/**
 * The owner of idempotency keys. Two owners can use the same key without a conflict. A guest who gets a new cart token
 * stays the same owner.
 */
export const keyOwnerOf = ({ kind, userId, cartToken }: CallerLike): string =>
  kind === 'user' ? `user:${userId}` : `guest:${cartToken?.guestHash}`;
