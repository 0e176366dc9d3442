import { fold } from '#kernel';
import { facts, ordered, refundAsked, refundDone, refundFailed } from '../model/order-samples';
import { orderLife, type OrderEvent } from '../model/order';
import { isStillOpen } from './still-open';

const after = (...events: readonly unknown[]) => isStillOpen(fold(orderLife, events as readonly OrderEvent[]));

describe('An order is open, so that nobody is forgotten over it,', () => {
  it.each(['pending', 'confirmed', 'accepted', 'preparing', 'ready'] as const)('while it is %s', (status) => {
    expect(after(...ordered[status])).toBe(true);
  });

  it('not when it is completed or cancelled', () => {
    expect(after(...ordered.completed)).toBe(false);
    expect(after(facts.placed, facts.cancelled)).toBe(false);
    expect(after()).toBe(false);
  });

  it('again while a refund is on its way, until the money is back or will not come', () => {
    expect(after(...ordered.completed, refundAsked('r', 1))).toBe(true);
    expect(after(...ordered.completed, refundAsked('r', 1), refundDone('r', 1))).toBe(false);
    expect(after(...ordered.completed, refundAsked('r', 1), refundFailed('r', 1))).toBe(false);
  });
});
