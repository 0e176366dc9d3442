import { facts, orderAfter, factsUntil } from '../model/order-samples';
import { compensateOrder } from './compensate';

const codeOf = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('Compensating a checkout by hand', () => {
  it('appends a cancellation request of staff while the order is pending', () => {
    expect(compensateOrder(orderAfter(facts.placed), null)).toEqual([
      { type: 'CancellationRequested', data: { by: 'staff', reason: null } },
    ]);
  });

  it('appends nothing if the cancellation was requested before', () => {
    const request = compensateOrder(orderAfter(facts.placed), null)[0];
    expect(compensateOrder(orderAfter(facts.placed, request), null)).toEqual([]);
  });

  it('is refused if the order is confirmed or cancelled, or if there is no order', () => {
    expect(codeOf(() => compensateOrder(orderAfter(...factsUntil.confirmed), null))).toBe('PROCESS_OVER');
    expect(codeOf(() => compensateOrder(orderAfter(facts.placed, facts.cancelled), null))).toBe('PROCESS_OVER');
    expect(codeOf(() => compensateOrder(orderAfter(), null))).toBe('NOT_FOUND');
  });
});
