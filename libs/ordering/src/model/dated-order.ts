import type { OrderStatus } from '#contracts/ordering';
import type { Uuid } from '#kernel';
import { orderReducer, type OrderEvent, type PlacedState } from './order';

/** The order and version of an event, and when it was recorded. */
export interface Recorded {
  readonly orderId: Uuid;
  readonly version: number;
  readonly at: string;
}

/** An order, and the times of its changes of status. Personal values stay sealed. */
export interface DatedOrder {
  readonly id: Uuid;
  readonly version: number;
  readonly placedAt: string;
  readonly updatedAt: string;
  /** When the order first reached each status. */
  readonly since: Readonly<Partial<Record<OrderStatus, string>>>;
  readonly order: PlacedState;
}

/** Returns the order after an event. A stream starts with OrderPlaced. Before OrderPlaced, the order is undefined. */
export function evolveDatedOrder(
  before: DatedOrder | undefined,
  event: OrderEvent,
  recorded: Recorded,
): DatedOrder | undefined {
  const order = orderReducer.evolve(before?.order ?? orderReducer.initial, event);
  if (order.status === 'unplaced') return undefined;
  const { orderId: id, version, at } = recorded;
  const since = before?.since ?? {};
  return {
    id,
    version,
    placedAt: before?.placedAt ?? at,
    updatedAt: at,
    since: since[order.status] ? since : { ...since, [order.status]: at },
    order,
  };
}

interface Stored {
  readonly streamId: Uuid;
  readonly version: number;
  readonly timestamp: { toISOString(): string };
}

/** The order and version of a stored event, and when it was recorded. */
export const recordedOf = ({ streamId, version, timestamp }: Stored): Recorded => ({
  orderId: streamId,
  version,
  at: timestamp.toISOString(),
});
