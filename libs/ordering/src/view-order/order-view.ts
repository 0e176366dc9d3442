import { dated, type DatedOrder } from '../model/dated-order';

/**
 * One order as its readers need it: the order with its dates. Commands decide on `Orders`, never on a view. So a view
 * may keep more than this, under a new version of its projection.
 */
export type OrderView = DatedOrder;

/** How an event changes the view. */
export const projectOrder = dated;
