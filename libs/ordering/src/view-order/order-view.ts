import type { Uuid } from '#kernel';
import type { OrderStatus } from '#contracts/ordering';
import { orderLife, type OrderEvent, type PlacedState } from '../model/order';

/** Where and when an event was recorded. */
export interface Recorded {
  readonly orderId: Uuid;
  readonly version: number;
  readonly at: string;
}

/** One order as its readers need it; personal values stay sealed. */
export interface OrderView {
  readonly id: Uuid;
  readonly version: number;
  readonly placedAt: string;
  readonly updatedAt: string;
  /** When it first came to each status. */
  readonly since: Readonly<Partial<Record<OrderStatus, string>>>;
  readonly order: PlacedState;
}

/** What an event makes of the view. A stream starts with OrderPlaced; before it there is nothing to show. */
export function projectOrder(view: OrderView | undefined, event: OrderEvent, here: Recorded): OrderView | undefined {
  const order = orderLife.evolve(view?.order ?? orderLife.initial, event);
  if (order.status === 'unplaced') return undefined;
  const { orderId: id, version, at } = here;
  const since = view?.since ?? {};
  return {
    id,
    version,
    placedAt: view?.placedAt ?? at,
    updatedAt: at,
    since: since[order.status] ? since : { ...since, [order.status]: at },
    order,
  };
}

/** Who asks to see an order: a signed-in customer, and whoever carries the cart token that placed it. */
export interface Reader {
  readonly userId?: Uuid | undefined;
  readonly cartTokenHash?: string | undefined;
}

/** Whether the order is the reader's own. */
export function isTheirs({ order: { placed } }: Pick<OrderView, 'order'>, { userId, cartTokenHash }: Reader): boolean {
  if (placed.customerId !== null) return placed.customerId === userId;
  return cartTokenHash !== undefined && placed.guestTokenHash === cartTokenHash;
}
