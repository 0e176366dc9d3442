import { orderedPortionsOf } from './ordered-portions';

const placed = [
  { id: 'a', quantity: 2, orderId: 'one' },
  { id: 'b', quantity: 1, orderId: 'two' },
];

describe('A cart still holds what was ordered', () => {
  it.each([
    ['nothing of it, when all its portions are new', [{ id: 'c', quantity: 1 }], 'nothing'],
    ['nothing of it, when it is empty', [], 'nothing'],
    ['all of it, and nothing else', [{ id: 'a', quantity: 2 }], { allOf: 'one' }],
    ['less of it by now, and nothing else', [{ id: 'a', quantity: 1 }], { allOf: 'one' }],
    ['what two orders took', [{ id: 'a', quantity: 2 }, { id: 'b', quantity: 1 }], { allOf: 'one' }], // prettier-ignore
    ['some of it, beside something new', [{ id: 'a', quantity: 2 }, { id: 'c', quantity: 1 }], 'something'], // prettier-ignore
    ['some of it, and more of the same by now', [{ id: 'a', quantity: 3 }], 'something'],
  ])('%s', (_, portions, holds) => {
    expect(orderedPortionsOf(portions, placed)).toEqual(holds);
  });
});
