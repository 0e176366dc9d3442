import { derivedId } from '#kernel';
import { addLine, changeLine, portionsOf, type Cart, type CartLine } from '../model/cart';
import { removeOrderedFromTarget, removeOrdered, type OrderedItem } from './remove-ordered';

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
  it('is emptied if it has not changed since the order', () => {
    expect(removeOrdered(cart, orderOf(cart))).toEqual({ id: 'cart', version: 6, lines: [], orderedVersion: 5 });
  });

  it('keeps pieces that were added meanwhile: to the same line as a new portion, or as another drink', () => {
    const pearls = { ...line('c', 'coffee', 1), modifiers: [{ optionId: 'pearls', quantity: 1 }] };
    const fuller = addLine(addLine(cart, line('d', 'coffee', 2)), pearls);
    expect(removeOrdered(fuller, orderOf(cart)).lines).toEqual([
      { ...line('a', 'coffee', 2), portions: [{ id: derivedId(orderId, 'a'), quantity: 2 }] },
      pearls,
    ]);
  });

  it('loses an ordered line whose quantity was reduced meanwhile, but no pieces of other lines', () => {
    const pearls = { ...line('c', 'coffee', 1), modifiers: [{ optionId: 'pearls', quantity: 1 }] };
    const smaller = addLine(changeLine(cart, 'a', { quantity: 1 }), pearls);
    expect(removeOrdered(smaller, orderOf(cart)).lines).toEqual([pearls]);
  });

  it('does not change after a repeated message, also if it was filled again', () => {
    const filled = addLine(removeOrdered(cart, orderOf(cart)), line('d', 'coffee', 1));
    expect(removeOrdered(filled, orderOf(cart))).toBe(filled);
  });

  it('loses the lines of an earlier order, also if the message of a later order comes first', () => {
    const later = orderOf({ ...cart, version: 7, lines: [cart.lines[1]] });
    const after = removeOrdered(removeOrdered({ ...cart, version: 8 }, later), orderOf(cart));
    expect(after).toMatchObject({ lines: [], orderedVersion: 7 });
  });

  it('loses ordered lines also after a log-in moved them to another cart', () => {
    const user: Cart = { id: 'user', version: 2, lines: [...cart.lines, line('y', 'tea', 1)] };
    expect(removeOrderedFromTarget(user, orderOf(cart))).toEqual({
      id: 'user',
      version: 3,
      lines: [line('y', 'tea', 1)],
    });
    expect(removeOrderedFromTarget({ ...user, lines: [line('y', 'tea', 1)] }, orderOf(cart)).version).toBe(2);
  });
});

describe('A message without portions', () => {
  const old = (cartVersion: number) => ({
    ...{ orderId, cartVersion },
    items: [
      { variantId: 'coffee', quantity: 2 },
      { variantId: 'cake', quantity: 1 },
    ],
  });

  it('empties a cart of the ordered version, and removes as many pieces of each variant from another version', () => {
    expect(removeOrdered(cart, old(5)).lines).toEqual([]);
    expect(removeOrdered(cart, old(4))).toEqual({
      ...{ id: 'cart', version: 6, orderedVersion: 4 },
      lines: [line('a', 'coffee', 1)],
    });
  });

  it('has no effect the second time', () => {
    const filled = addLine(removeOrdered(cart, old(5)), line('d', 'coffee', 1));
    expect(removeOrdered(filled, old(5))).toBe(filled);
  });
});
