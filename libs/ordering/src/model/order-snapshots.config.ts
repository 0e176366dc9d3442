import type { Reducer } from '#event-store';
import { evolveDatedOrder, recordedOf, type DatedOrder } from './dated-order';
import type { OrderEvent } from './order';
import { applyRules } from './order-errors';

/**
 * Folds an order from its stream, for decisions and responses. If a change of the code gives a different order for the
 * same events, raise the version. A test compares the result with the stored folds in `test/samples`.
 */
export const orderFold: Reducer<DatedOrder> = {
  name: 'order',
  version: 3,
  project: (before, event) =>
    applyRules(event, () => evolveDatedOrder(before, event as unknown as OrderEvent, recordedOf(event))),
};
