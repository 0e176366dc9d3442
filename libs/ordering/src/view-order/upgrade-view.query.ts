import { withoutVoided } from '#kernel';
import type { EventStore } from '#event-store';
import { recordedOf } from '../model/dated-order';
import type { OrderEvent } from '../model/order';
import { projectOrder, type OrderView } from './order-view';

/**
 * Returns a row of an older table version as the current reducer would make it. Older versions stored less about
 * refunds, so the stream is read if the order has a refund. If an event of the stream cannot be read, the row is
 * returned unchanged: one broken order must not stop a whole list.
 */
export async function upgradeView(view: OrderView, store: EventStore): Promise<OrderView> {
  if (!('refunds' in view.order) || view.order.refunds.length === 0) return view;
  const events = withoutVoided(await store.readMarked(view.id));
  if (events.some(({ unreadable }) => unreadable)) return view;
  try {
    const project = (seen: OrderView | undefined, event: (typeof events)[number]) =>
      projectOrder(seen, event as unknown as OrderEvent, recordedOf(event));
    return events.reduce<OrderView | undefined>(project, undefined) ?? view;
  } catch {
    return view;
  }
}
