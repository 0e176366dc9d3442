import { evolveDatedOrder, type DatedOrder } from '../model/dated-order';

/**
 * The form of an order in the read model: the order with its dates. Commands decide on the stream (`Orders`), never on
 * a view. So a view may get more fields, with a new version of its projection.
 */
export type OrderView = DatedOrder;

/** How an event changes the view. */
export const projectOrder = evolveDatedOrder;
