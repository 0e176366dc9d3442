import { addLine, type Cart, type CartLine } from '../model/cart';
import { takeOrdered, takeRest } from './take-ordered';

const label = { productId: 'p', sku: 's', name: 'Bạc xỉu', variantName: 'M', imageUrl: null };
const line = (id: string, variantId: string, quantity: number): CartLine => ({
  ...{ id, variantId, quantity, modifiers: [], label },
});
const cart: Cart = { id: 'cart', version: 5, lines: [line('a', 'coffee', 3), line('b', 'cake', 1)] };
const ordered = [
  { variantId: 'coffee', quantity: 2 },
  { variantId: 'cake', quantity: 1 },
];

describe('A cart that was ordered', () => {
  it('is emptied when nothing changed since', () => {
    expect(takeOrdered(cart, 5, ordered)).toEqual({
      cart: { id: 'cart', version: 6, lines: [], orderedVersion: 5 },
      rest: [],
    });
  });

  it('keeps what was put in meanwhile', () => {
    expect(takeOrdered(cart, 4, ordered)).toEqual({
      cart: { id: 'cart', version: 6, lines: [line('a', 'coffee', 1)], orderedVersion: 4 },
      rest: [],
    });
  });

  it('takes from every line of the variant, however it is made', () => {
    const two = { ...cart, lines: [line('a', 'coffee', 1), line('c', 'coffee', 2)] };
    expect(takeOrdered(two, 4, ordered).cart.lines).toEqual([line('c', 'coffee', 1)]);
  });

  it('heard again, stays as it is, also when filled anew', () => {
    const { cart: emptied } = takeOrdered(cart, 5, ordered);
    const filled = addLine(emptied, line('d', 'coffee', 1));
    expect(takeOrdered(filled, 5, ordered)).toEqual({ cart: filled, rest: [] });
  });

  it('tells what went elsewhere by a merge, which goes from there', () => {
    const merged: Cart = { id: 'cart', version: 6, lines: [], mergedInto: 'user' };
    const { rest } = takeOrdered(merged, 5, ordered);
    expect(rest).toEqual(ordered);
    const user = { id: 'user', version: 2, lines: [line('x', 'coffee', 2), line('y', 'tea', 1)] };
    expect(takeRest(user, rest)).toEqual({ id: 'user', version: 3, lines: [line('y', 'tea', 1)] });
    expect(takeRest(user, [{ variantId: 'water', quantity: 1 }])).toBe(user);
  });
});
