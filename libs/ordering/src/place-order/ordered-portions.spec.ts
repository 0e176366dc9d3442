import { orderedPortionsOf } from './ordered-portions';

const placed = [
  { id: 'a', quantity: 2, orderId: 'one' },
  { id: 'b', quantity: 1, orderId: 'two' },
];

describe('The ordered portions in a cart', () => {
  it.each([
    ['are none, when all portions are new', [{ id: 'c', quantity: 1 }], 'nothing'],
    ['are none, when the cart is empty', [], 'nothing'],
    ['are all portions', [{ id: 'a', quantity: 2 }], { allOf: 'one' }],
    ['are all portions, with a smaller quantity now', [{ id: 'a', quantity: 1 }], { allOf: 'one' }],
    ['are all portions, of two orders', [{ id: 'a', quantity: 2 }, { id: 'b', quantity: 1 }], { allOf: 'one' }], // prettier-ignore
    ['are some, beside a new portion', [{ id: 'a', quantity: 2 }, { id: 'c', quantity: 1 }], 'something'], // prettier-ignore
    ['are some, when the quantity has grown', [{ id: 'a', quantity: 3 }], 'something'],
  ])('%s', (_, portions, holds) => {
    expect(orderedPortionsOf(portions, placed)).toEqual(holds);
  });
});
