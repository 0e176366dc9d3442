import type { Money, Uuid } from '#kernel';
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

/**
 * Some pieces of a line that came into the cart together. The id stays the same when a log-in moves them to another
 * cart, and a portion is ordered once; what was added to it after the order gets a new id.
 */
export interface Portion {
  readonly id: Uuid;
  readonly quantity: number;
}

export interface CartLineToOrder extends WantedLine {
  readonly portions?: readonly Portion[];
  /** What one piece cost when the customer put it in or last changed it. */
  readonly price?: Money;
  /** Other prices that pieces of this line were seen at, in the carts that they came from. */
  readonly otherPrices?: readonly Money[];
}

export interface CartToOrder {
  readonly cartId: Uuid;
  readonly version: number;
  /** The last version that it has heard to be ordered, and has given up what was ordered of it. */
  readonly orderedVersion?: number;
  readonly lines: readonly CartLineToOrder[];
}

/** A line of an order that came to nothing, as it goes back into the cart. */
export interface ReturnedLine extends CartLineToOrder {
  readonly label: {
    readonly productId: Uuid;
    readonly sku: string;
    readonly name: string;
    readonly variantName: string;
    readonly imageUrl: string | null;
    /** What its options were called. */
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

/** The cart as it is now: what checkout turns into an order. */
export abstract class CartOf {
  /** Undefined where the owner has no cart yet. */
  abstract owner(owner: CartOwner): Promise<CartToOrder | undefined>;

  /** Puts the lines of a failed order back into the cart, once however often it is asked. */
  abstract takeBack(order: ReturnedOrder): Promise<void>;
}
