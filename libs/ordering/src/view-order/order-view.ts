import { evolveDatedOrder, type DatedOrder } from '../model/dated-order';

/**
 * The form of an order in the read model: the order with its dates. Commands are decided from the stream (`Orders`),
 * never from a view. So fields can be added to the view, together with a new version of its projection.
 */
export type OrderView = DatedOrder;

/** How an event changes the view. */
export const projectOrder = evolveDatedOrder;
