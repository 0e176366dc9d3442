import { EventTypes } from '#event-store';
import { makeShapeCheck } from './fact-shapes';
import { orderEventTypes, orderFacts } from './order';

/**
 * Every type of event that an order's stream can contain, with a check of its data. So far, no event type needs an
 * upcast.
 */
export const orderEvents = new EventTypes(
  orderEventTypes.map((type) => ({ type, fits: makeShapeCheck(orderFacts[type]) })),
);
