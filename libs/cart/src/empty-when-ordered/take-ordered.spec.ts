import { derivedId } from '#kernel';
import { addLine, changeLine, portionsOf, type Cart, type CartLine } from '../model/cart';
import { removeOrderedFromTarget, removeOrdered, type OrderedItem } from './take-ordered';

const orderId = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
const label = { productId: 'p', sku: 's', name: 'Bạc xỉu', variantName: 'M', imageUrl: null };
const line = (id: string, variantId: string, quantity: number): CartLine => ({
  ...{ id, variantId, quantity, modifiers: [], label },
});
const cart: Cart = { id: 'cart', version: 5, lines: [line('a', 'coffee', 3), line('b', 'cake', 1)] };
const orderOf = ({ version, lines }: Cart) => ({
  ...{ orderId, cartVersion: version },
  items: lines.map((one): OrderedItem => ({ ...one, portions: portionsOf(one) })),
});

describe('A cart that was ordered', () => {
  it('is emptied when nothing changed since', () => {
    expect(removeOrdered(cart, orderOf(cart))).toEqual({ id: 'cart', version: 6, lines: [], orderedVersion: 5 });
  });

  it('keeps what was put in meanwhile: of the same line as a new portion, and another drink of the same variant', () => {
    const pearls = { ...line('c', 'coffee', 1), modifiers: [{ optionId: 'pearls', quantity: 1 }] };
    const fuller = addLine(addLine(cart, line('d', 'coffee', 2)), pearls);
    expect(removeOrdered(fuller, orderOf(cart)).lines).toEqual([
      { ...line('a', 'coffee', 2), portions: [{ id: derivedId(orderId, 'a'), quantity: 2 }] },
      pearls,
    ]);
  });

  it('gives up a line that was made smaller meanwhile, and takes nothing from others instead', () => {
    const pearls = { ...line('c', 'coffee', 1), modifiers: [{ optionId: 'pearls', quantity: 1 }] };
    const smaller = addLine(changeLine(cart, 'a', { quantity: 1 }), pearls);
    expect(removeOrdered(smaller, orderOf(cart)).lines).toEqual([pearls]);
  });

  it('heard again, stays as it is, also when filled anew', () => {
    const filled = addLine(removeOrdered(cart, orderOf(cart)), line('d', 'coffee', 1));
    expect(removeOrdered(filled, orderOf(cart))).toBe(filled);
  });

  it('gives up the lines of an earlier order that it hears of after a later one', () => {
    const later = orderOf({ ...cart, version: 7, lines: [cart.lines[1]] });
    const after = removeOrdered(removeOrdered({ ...cart, version: 8 }, later), orderOf(cart));
    expect(after).toMatchObject({ lines: [], orderedVersion: 7 });
  });

  it('gives up what a log-in moved to another cart', () => {
    const user: Cart = { id: 'user', version: 2, lines: [...cart.lines, line('y', 'tea', 1)] };
    expect(removeOrderedFromTarget(user, orderOf(cart))).toEqual({
      id: 'user',
      version: 3,
      lines: [line('y', 'tea', 1)],
    });
    expect(removeOrderedFromTarget({ ...user, lines: [line('y', 'tea', 1)] }, orderOf(cart)).version).toBe(2);
  });
});

describe('A message that names no portions', () => {
  const old = (cartVersion: number) => ({
    ...{ orderId, cartVersion },
    items: [
      { variantId: 'coffee', quantity: 2 },
      { variantId: 'cake', quantity: 1 },
    ],
  });

  it('empties the cart of that version, and of another takes as many of each variant', () => {
    expect(removeOrdered(cart, old(5)).lines).toEqual([]);
    expect(removeOrdered(cart, old(4))).toEqual({
      ...{ id: 'cart', version: 6, orderedVersion: 4 },
      lines: [line('a', 'coffee', 1)],
    });
  });

  it('counts once', () => {
    const filled = addLine(removeOrdered(cart, old(5)), line('d', 'coffee', 1));
    expect(removeOrdered(filled, old(5))).toBe(filled);
  });
});
