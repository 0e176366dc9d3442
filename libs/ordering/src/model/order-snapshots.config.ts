import type { Reducer } from '#event-store';
import { evolveDatedOrder, recordedOf, type DatedOrder } from './dated-order';
import type { OrderEvent } from './order';
import { applyRules } from './order-errors';

/**
 * Folds an order from its stream, for decisions and their answers. Raise the version whenever the same events give a
 * different order. A test compares the result with the folds of the stored samples.
 */
export const orderFold: Reducer<DatedOrder> = {
  name: 'order',
  version: 3,
  project: (before, event) =>
    applyRules(event, () => evolveDatedOrder(before, event as unknown as OrderEvent, recordedOf(event))),
};
