import type { Uuid } from '#kernel';
import type { PlacedState } from './order';

/**
 * The reader of an order: a signed-in customer, or a guest with the newest cart token (`GuestTokens`), or a person who
 * is both.
 */
export interface Reader {
  readonly userId?: Uuid | undefined;
  readonly cartTokenHash?: string | undefined;
  /** True if an order was placed with the reader's cart token. The token then gives no access to orders any more. */
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
