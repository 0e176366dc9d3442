import type { Money, Uuid } from '#kernel';
import type { WantedLine } from '#contracts/catalog';

/** The owner: a signed-in user, or the guest with the token. If the shop did not issue the token, there is no cart. */
export type CartOwner =
  | {
      readonly kind: 'user';
      readonly userId: Uuid;
      /**
       * The guest whose cart token was sent at log-in, in the format of `formatGuestTokenState`. That guest's cart is
       * merged into the user's cart before the lines are read.
       */
      readonly cartTokenHash?: string;
    }
  | { readonly kind: 'guest'; readonly cartToken: string };

/**
 * Pieces of a line that were added to the cart together. The id stays the same when a log-in moves the pieces to
 * another cart. So the shop knows whether a portion was already ordered. Pieces that are added after an order get a new
 * id.
 */
export interface Portion {
  readonly id: Uuid;
  readonly quantity: number;
}

export interface CartLineToOrder extends WantedLine {
  readonly portions?: readonly Portion[];
  /** The price of one piece when the customer added or last changed the line. */
  readonly price?: Money;
  /** Other prices that the customer saw for pieces of this line, when carts with different prices were merged. */
  readonly otherPrices?: readonly Money[];
}

export interface CartToOrder {
  readonly cartId: Uuid;
  readonly version: number;
  /**
   * The newest cart version from which an order is known to have been placed. The lines no longer contain the pieces
   * of that order.
   */
  readonly orderedVersion?: number;
  readonly lines: readonly CartLineToOrder[];
}

/** A line of a failed order that goes back into the cart. */
export interface ReturnedLine extends CartLineToOrder {
  readonly label: {
    readonly productId: Uuid;
    readonly sku: string;
    readonly name: string;
    readonly variantName: string;
    readonly imageUrl: string | null;
    /** The names of the chosen options. */
    readonly modifiers?: readonly { readonly optionId: Uuid; readonly group: string; readonly name: string }[];
  };
}

/** A failed order whose lines go back into the cart. The `portions` of each line say which pieces were ordered. */
export interface ReturnedOrder {
  readonly orderId: Uuid;
  readonly cartId: Uuid;
  readonly cartVersion: number;
  readonly lines: readonly ReturnedLine[];
}

/** The calls from ordering to the cart context. */
export abstract class CartOf {
  /** What is in the owner's cart now. Undefined if the owner has no cart yet. */
  abstract find(owner: CartOwner): Promise<CartToOrder | undefined>;

  /** Puts the lines of a failed order back into the cart. A repeated call does nothing. */
  abstract returnLines(order: ReturnedOrder): Promise<void>;
}
