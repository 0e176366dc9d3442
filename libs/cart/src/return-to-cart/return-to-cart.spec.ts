import { vnd } from '#kernel';
import { maxLines, maxLineQuantity, portionsOf, type Cart, type CartLine } from '../model/cart';
import { returnLines } from './return-to-cart';

const orderId = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
const label = { productId: 'p', sku: 's', name: 'Bạc xỉu', variantName: 'M', imageUrl: null };
const pearls = [{ optionId: 'pearls', quantity: 1 }];
const line = (id: string, variantId: string, quantity: number, more: Partial<CartLine> = {}): CartLine => ({
  ...{ id, variantId, quantity, modifiers: [], label },
  ...more,
});
const cartOf = (...lines: CartLine[]): Cart => ({ id: 'cart', version: 5, lines });
const back = (variantId: string, quantity: number, more: Partial<CartLine> = {}) => ({
  ...line('', variantId, quantity, more),
  portions: [{ id: `old-${variantId}`, quantity }],
});

describe('The lines that a failed order returns', () => {
  it('are in the cart as they were ordered, with options and seen price', () => {
    const { version, lines } = returnLines(cartOf(line('a', 'tea', 1)), orderId, [
      back('coffee', 2, { modifiers: pearls, price: vnd(30_000) }),
    ]);
    expect(version).toBe(6);
    expect(lines).toMatchObject([{ id: 'a' }, { variantId: 'coffee', quantity: 2, modifiers: pearls, price: vnd(30_000) }]); // prettier-ignore
  });

  it('join a line of the same drink, and no other line', () => {
    const cart = cartOf(line('a', 'coffee', 1), line('b', 'coffee', 1, { modifiers: pearls }));
    const { lines } = returnLines(cart, orderId, [back('coffee', 2)]);
    expect(lines.map(({ id, quantity }) => [id, quantity])).toEqual([['a', 3], ['b', 1]]); // prettier-ignore
  });

  it('are new portions, because the old portions were ordered', () => {
    const { lines } = returnLines(cartOf(line('a', 'coffee', 1)), orderId, [back('coffee', 2), back('tea', 1)]);
    const ids = lines.flatMap(portionsOf).map(({ id }) => id);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(3);
    expect(ids.filter((id) => id.startsWith('old'))).toEqual([]);
  });

  it('are complete also above the limits: pieces that do not fit into a line become another line', () => {
    const full = Array.from({ length: maxLines }, (_, i) => line(`${i}`, `v${i}`, 60));
    const { lines } = returnLines(cartOf(...full), orderId, [back('v0', 60), back('new', 1)]);
    expect(lines).toHaveLength(maxLines + 2);
    expect(lines.filter(({ variantId }) => variantId === 'v0').map(({ quantity }) => quantity)).toEqual([maxLineQuantity, 21]); // prettier-ignore
    expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
  });
});
