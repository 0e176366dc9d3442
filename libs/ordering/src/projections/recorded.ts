import type { Uuid } from '#kernel';
import type { Recorded } from '../view-order/order-view';

interface Stored {
  readonly orderId: Uuid;
  readonly version: number;
  readonly timestamp: { toISOString(): string };
}

/** Where and when a stored event happened, as views keep it. */
export const recorded = ({ orderId, version, timestamp }: Stored): Recorded => ({
  orderId,
  version,
  at: timestamp.toISOString(),
});
