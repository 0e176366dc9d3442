import type { Uuid } from '#kernel';

interface Somebody {
  readonly kind: 'user' | 'guest';
  readonly userId?: Uuid;
  readonly cartToken?: { readonly guest: string };
}

/** The person that is stored with a fact. */
export type ActorOf = (caller: Somebody) => { readonly kind: 'user' | 'guest' | 'staff'; readonly id?: string };

export const buyer: ActorOf = ({ kind, userId }) => ({ kind, ...(userId && { id: userId }) });
export const staff: ActorOf = ({ userId }) => ({ kind: 'staff', ...(userId && { id: userId }) });

/**
 * The owner of idempotency keys. Two callers may use the same key without a conflict. A guest stays the same owner with
 * each new token.
 */
export const keyHolder = ({ kind, userId, cartToken }: Somebody): string =>
  kind === 'user' ? `user:${userId}` : `guest:${cartToken?.guest}`;
