import { stillHoldsAnOrder } from './still-holds-an-order';

describe('A cart still holds what was ordered', () => {
  it.each([
    ['when it was changed after an order it has not heard of', { version: 2 }, 1, true],
    ['when it has heard of the order before that one only', { version: 5, orderedVersion: 1 }, 4, true],
    ['not when it has heard of the last one', { version: 5, orderedVersion: 4 }, 4, false],
    ['not when nothing was ordered', { version: 3 }, null, false],
    ['not when it is the ordered version itself, which cannot be ordered again', { version: 3 }, 3, false],
  ])('%s', (_, cart, lastOrdered, holds) => {
    expect(stillHoldsAnOrder(cart, lastOrdered)).toBe(holds);
  });
});
