import { fold } from '#kernel';
import {
  facts,
  factsUntil,
  refundRequested,
  refundRequestedWith,
  refundMade,
  refundFailed,
} from '../model/order-samples';
import { orderReducer, type OrderEvent } from '../model/order';
import { isStillOpen } from './still-open';

const isOpenAfter = (...events: readonly unknown[]) => isStillOpen(fold(orderReducer, events as readonly OrderEvent[]));

describe('An order is open, so its customer cannot be erased,', () => {
  it.each(['pending', 'confirmed', 'accepted', 'preparing', 'ready'] as const)('while it is %s', (status) => {
    expect(isOpenAfter(...factsUntil[status])).toBe(true);
  });

  it('but not when it is completed or cancelled', () => {
    expect(isOpenAfter(...factsUntil.completed)).toBe(false);
    expect(isOpenAfter(facts.placed, facts.cancelled)).toBe(false);
    expect(isOpenAfter()).toBe(false);
  });

  it('but not when a refund has ended it and its money is back', () => {
    const ended = [...factsUntil.preparing, refundRequestedWith('r', 60_000, { end: true, restock: false })];
    expect(isOpenAfter(...ended)).toBe(true);
    expect(isOpenAfter(...ended, refundFailed('r', 60_000))).toBe(true);
    expect(isOpenAfter(...ended, refundMade('r', 60_000))).toBe(false);
  });

  it('while a refund is on its way, until the money is back', () => {
    expect(isOpenAfter(...factsUntil.completed, refundRequested('r', 1))).toBe(true);
    expect(isOpenAfter(...factsUntil.completed, refundRequested('r', 1), refundMade('r', 1))).toBe(false);
  });

  it('while money is owed because the provider refused a refund, until a later refund has given it back', () => {
    const owing = [refundRequested('a', 20_000), refundFailed('a', 20_000)];
    for (const over of [factsUntil.completed, [...factsUntil.confirmed, facts.cancelled]]) {
      expect(isOpenAfter(...over, ...owing)).toBe(true);
      expect(isOpenAfter(...over, ...owing, refundRequested('b', 15_000), refundMade('b', 15_000))).toBe(true);
      expect(isOpenAfter(...over, ...owing, refundRequested('b', 20_000))).toBe(true);
      expect(isOpenAfter(...over, ...owing, refundRequested('b', 20_000), refundMade('b', 20_000))).toBe(false);
    }
  });
});
