import { EventTypes } from '#platform/event-store';
import { orderEventTypes } from './order';

/** Every fact an order's stream may hold, with the upcasts of its older shapes: none so far. */
export const orderEvents = new EventTypes(orderEventTypes.map((type) => ({ type })));
