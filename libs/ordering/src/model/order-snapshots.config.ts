import type { Reducer } from '#platform/event-store';
import { orderView } from '../projections/order-view.projection';
import type { OrderView } from '../view-order/order-view';

/**
 * An order out of its stream, as decisions and answers need it. Raise the version whenever the same events make another
 * view than before: a test compares with what was made of the stored samples.
 */
export const orderFold: Reducer<OrderView> = {
  name: 'order',
  version: 2,
  project: (view, event) => orderView.project(view, event),
};
