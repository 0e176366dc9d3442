import type { Uuid } from '#kernel';
import type { WantedLine } from '#contracts/catalog';

/** Whose cart: a signed-in user's, or the guest's who holds the token. */
export type CartOwner =
  | {
      readonly kind: 'user';
      readonly userId: Uuid;
      /** Of the token they carry from before the log-in: what lies in that cart comes into theirs first. */
      readonly cartTokenHash?: string;
    }
  | { readonly kind: 'guest'; readonly cartToken: string };

export interface CartToOrder {
  readonly cartId: Uuid;
  readonly version: number;
  /** The last version that it has heard to be ordered, and has given up what was ordered of it. */
  readonly orderedVersion?: number;
  readonly lines: readonly WantedLine[];
}

/** The cart as it is now: what checkout turns into an order. */
export abstract class CartOf {
  /** Undefined where the owner has no cart yet. */
  abstract owner(owner: CartOwner): Promise<CartToOrder | undefined>;
}
