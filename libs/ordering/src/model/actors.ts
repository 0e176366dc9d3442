import type { Uuid } from '#kernel';

interface Somebody {
  readonly kind: 'user' | 'guest';
  readonly userId?: Uuid;
  readonly cartTokenHash?: string;
}

/** Who is noted beside a fact. */
export type ActorOf = (caller: Somebody) => { readonly kind: 'user' | 'guest' | 'staff'; readonly id?: string };

export const buyer: ActorOf = ({ kind, userId }) => ({ kind, ...(userId && { id: userId }) });
export const staff: ActorOf = ({ userId }) => ({ kind: 'staff', ...(userId && { id: userId }) });

/** Whose idempotency keys these are: two callers may use the same key without meeting. */
export const keyHolder = ({ kind, userId, cartTokenHash }: Somebody): string =>
  kind === 'user' ? `user:${userId}` : `guest:${cartTokenHash}`;
