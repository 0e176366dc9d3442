import { EventTypes } from '#event-store';
import { makeShapeCheck } from './fact-shapes';
import { orderEventTypes, orderFacts } from './order';

/**
 * Every fact that an order's stream may contain, with a check against its shape. There are no upcasts of older shapes
 * so far.
 */
export const orderEvents = new EventTypes(
  orderEventTypes.map((type) => ({ type, fits: makeShapeCheck(orderFacts[type]) })),
);
