import type { Money, Uuid } from '#kernel';
import type { WantedLine } from '#contracts/catalog';

/** The owner: a signed-in user, or the guest with the token. A token that is not ours has no cart. */
export type CartOwner =
  | {
      readonly kind: 'user';
      readonly userId: Uuid;
      /** The guest that the log-in named, as `standingText` writes it. That guest's cart is merged first. */
      readonly cartTokenHash?: string;
    }
  | { readonly kind: 'guest'; readonly cartToken: string };

/**
 * Pieces of a line that came into the cart together. The id stays the same when a log-in moves them to another cart,
 * and a portion is ordered once. Pieces that are added after an order get a new id.
 */
export interface Portion {
  readonly id: Uuid;
  readonly quantity: number;
}

export interface CartLineToOrder extends WantedLine {
  readonly portions?: readonly Portion[];
  /** The price of one piece when the customer added or last changed it. */
  readonly price?: Money;
  /** Other prices at which pieces of this line were seen, in the carts that they came from. */
  readonly otherPrices?: readonly Money[];
}

export interface CartToOrder {
  readonly cartId: Uuid;
  readonly version: number;
  /** The last ordered version that it has heard of; the ordered pieces of that version are removed. */
  readonly orderedVersion?: number;
  readonly lines: readonly CartLineToOrder[];
}

/** A line of a failed order, as it goes back into the cart. */
export interface ReturnedLine extends CartLineToOrder {
  readonly label: {
    readonly productId: Uuid;
    readonly sku: string;
    readonly name: string;
    readonly variantName: string;
    readonly imageUrl: string | null;
    /** The names of its options. */
    readonly modifiers?: readonly { readonly optionId: Uuid; readonly group: string; readonly name: string }[];
  };
}

/** An order that the shop could not carry out. Its `portions` are what it took out of the cart. */
export interface ReturnedOrder {
  readonly orderId: Uuid;
  readonly cartId: Uuid;
  readonly cartVersion: number;
  readonly lines: readonly ReturnedLine[];
}

/** The cart as it is now, for ordering it. */
export abstract class CartOf {
  /** Undefined if the owner has no cart yet. */
  abstract owner(owner: CartOwner): Promise<CartToOrder | undefined>;

  /** Puts the lines of a failed order back into the cart, once, however often it is called. */
  abstract takeBack(order: ReturnedOrder): Promise<void>;
}
