import type { EventStore } from '#platform/event-store';
import { orderFold } from '../model/order-snapshots.config';
import type { OrderView } from './order-view';

/**
 * A row of an earlier version's table, as today's reducer makes it. Earlier versions kept less about refunds, so what
 * they kept, and what was folded onto it since, may be wrong once there is a refund. Its stream tells what is right.
 * An event that nothing can be made of leaves the row as it is, for it must not stop a whole list.
 */
export async function asOfToday(view: OrderView, store: EventStore): Promise<OrderView> {
  if (!('refunds' in view.order) || view.order.refunds.length === 0) return view;
  const events = await store.readMarked(view.id);
  if (events.some(({ unreadable }) => unreadable)) return view;
  try {
    return events.reduce<OrderView | undefined>((seen, event) => orderFold.project(seen, event), undefined) ?? view;
  } catch {
    return view;
  }
}
