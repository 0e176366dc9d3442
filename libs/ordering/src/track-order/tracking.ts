import type { OrderStatus } from '#contracts/ordering';
import type { Uuid } from '#kernel';
import { changesBetween, type Change } from '../order-history/changes';
import { describeFact } from '../order-history/history-texts';
import type { OrderEvent } from '../model/order';
import { showToOwner, type ShowOrder } from '../view-order/order-answer';
import type { Recorded } from '../model/dated-order';
import { projectOrder, type OrderView } from '../view-order/order-view';

/** What a follower gets for one event: the text of the event, and the changes that the event makes to the snapshot. */
export interface Delta {
  readonly orderId: Uuid;
  readonly version: number;
  readonly type: string;
  readonly at: string;
  readonly status: OrderStatus;
  readonly title: string;
  readonly detail: string | null;
  readonly changes: readonly Change[];
}

/**
 * Applies the next event to a followed order. Undefined if the event does not directly follow the view: the client has
 * the event already, or an earlier event is missing.
 */
export function applyEvent(
  view: OrderView,
  event: OrderEvent,
  recorded: Recorded,
  show: ShowOrder = showToOwner,
): { readonly view: OrderView; readonly delta: Delta } | undefined {
  if (recorded.version !== view.version + 1) return undefined;
  const next = projectOrder(view, event, recorded);
  if (!next) return undefined;
  const { title, detail } = describeFact(event, next.order.placed.locale, next.order);
  const delta: Delta = {
    orderId: next.id,
    version: recorded.version,
    type: event.type,
    at: recorded.at,
    status: next.order.status,
    title,
    detail,
    changes: changesBetween(show(view), show(next)),
  };
  return { view: next, delta };
}
