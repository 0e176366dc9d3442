import type { Projection } from '#event-store/projections';
import { recordedOf } from '../model/dated-order';
import type { OrderEvent } from '../model/order';
import { projectOrder, type OrderView } from '../view-order/order-view';

/** The read model for the details of one order. */
export const orderView: Projection<OrderView> = {
  name: 'order-view',
  version: 2,
  columns: {},
  indexes: [],
  project: (view, event) => projectOrder(view, event as unknown as OrderEvent, recordedOf(event)),
};
