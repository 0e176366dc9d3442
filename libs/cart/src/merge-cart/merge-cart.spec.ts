import { mostLines, mostOfALine, type Cart, type CartLine } from '../model/cart';
import { mergeCarts } from './merge-cart';

const label = { productId: 'p', sku: 's', name: 'Trà đào', variantName: 'M', imageUrl: null };
const line = (id: string, variantId: string, quantity = 1): CartLine => ({
  ...{ id, variantId, quantity, modifiers: [], label },
});
const cart = (id: string, lines: CartLine[]): Cart => ({ id, version: 2, lines });

describe('Merging a guest’s cart into a user’s', () => {
  it('adds quantities of the same and takes over the rest', () => {
    const merged = mergeCarts(
      cart('user', [line('a', 'tea', 2)]),
      cart('guest', [line('b', 'tea'), line('c', 'cake')]),
    );
    const portions = [
      { id: 'a', quantity: 2 },
      { id: 'b', quantity: 1 },
    ];
    expect(merged).toEqual({
      cart: { id: 'user', version: 3, lines: [{ ...line('a', 'tea', 3), portions }, line('c', 'cake')] },
      guest: { id: 'guest', version: 3, lines: [], mergedInto: 'user', moved: true },
    });
  });

  it('does nothing for a guest whose cart was merged before', () => {
    const merged = { ...cart('guest', []), mergedInto: 'user' };
    expect(mergeCarts(cart('user', [line('a', 'tea')]), merged)).toBeUndefined();
  });

  it('notes whose an empty cart is now: what was ordered from it may come back', () => {
    const user = cart('user', [line('a', 'tea')]);
    const merged = mergeCarts(user, cart('guest', []));
    expect(merged).toMatchObject({ guest: { lines: [], mergedInto: 'user' } });
    expect(merged!.cart).toBe(user);
  });

  it('fills lines and cart to their limits and leaves out what is beyond', () => {
    const full = Array.from({ length: mostLines - 1 }, (_, i) => line(`${i}`, `v${i}`, 60));
    const merged = mergeCarts(
      cart('user', full),
      cart('guest', [line('x', 'v0', 60), line('y', 'new'), line('z', 'newer')]),
    );
    expect(merged?.cart.lines).toHaveLength(mostLines);
    expect(merged?.cart.lines[0]?.quantity).toBe(mostOfALine);
    expect(merged?.cart.lines.at(-1)?.variantId).toBe('new');
  });
});
