import type { Uuid } from '#kernel';
import type { PlacedState } from './order';

/**
 * The reader of an order: a signed-in customer, or a guest with the newest of their cart tokens (`GuestTokens`), or
 * both.
 */
export interface Reader {
  readonly userId?: Uuid | undefined;
  readonly cartTokenHash?: string | undefined;
  /** An order was placed with this cart token, so the token gives access to no order any more. */
  readonly tokenSpent?: true;
}

/** Whether the order is the reader's own. */
export function isOwnedBy(
  { order: { placed } }: { readonly order: PlacedState },
  { userId, cartTokenHash }: Reader,
): boolean {
  if (placed.customerId !== null) return placed.customerId === userId;
  return cartTokenHash !== undefined && placed.guestTokenHash === cartTokenHash;
}
