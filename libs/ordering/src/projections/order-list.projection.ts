import type { Projection } from '#event-store/projections';
import { projectListed } from '../list-orders/order-list';
import { recordedOf } from '../model/dated-order';
import type { OrderEvent } from '../model/order';
import type { OrderView } from '../view-order/order-view';

const newestFirst = ['placed_at desc', 'order_id desc'] as const;

/** The read model for the lists of orders: a customer's or a guest's own orders, and the orders that staff filter. */
export const orderList: Projection<OrderView> = {
  name: 'order-list',
  version: 2,
  columns: {
    status: { type: 'text', of: (view) => view.order.status },
    customer_id: { type: 'uuid', of: (view) => view.order.placed.customerId },
    guest: { type: 'text', of: (view) => view.order.placed.guestTokenHash },
    placed_at: { type: 'timestamptz', of: (view) => view.placedAt },
  },
  indexes: [[...newestFirst], ['customer_id', ...newestFirst], ['guest', ...newestFirst], ['status', ...newestFirst]],
  project: (view, event) => projectListed(view, event as unknown as OrderEvent, recordedOf(event)),
};
