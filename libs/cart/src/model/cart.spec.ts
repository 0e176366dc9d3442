import * as fc from 'fast-check';
import { vnd } from '#kernel';
import {
  addLine,
  changeLine,
  clearCart,
  emptyCart,
  maxLines,
  maxLineQuantity,
  pricesOf,
  removeLine,
  isSameDrink,
  requireVersion,
  sortedOptions,
  type Cart,
  type CartLine,
} from './cart';
import { CartChanged, CartFull, LineTooLarge, NoSuchLine } from './cart-errors';

const label = { productId: 'p', sku: 'CFS-S', name: 'Cà phê sữa đá', variantName: 'S', imageUrl: null };
const milk = { optionId: 'milk', quantity: 1 };
const ice = { optionId: 'ice', quantity: 1 };
const line = (id: string, more: Partial<CartLine> = {}): CartLine => ({
  ...{ id, variantId: 'coffee', quantity: 1, modifiers: [milk, ice], label },
  ...more,
});
const cartOf = (...lines: CartLine[]): Cart => ({ id: 'cart', version: 3, lines });

describe('Putting something into a cart', () => {
  it('adds a line and increases the version', () => {
    expect(addLine(emptyCart('cart'), line('a'))).toEqual({ id: 'cart', version: 1, lines: [line('a')] });
  });

  it('adds the pieces to the line of the same drink, in any order of its options', () => {
    const { version, lines } = addLine(cartOf(line('a')), line('b', { quantity: 2, modifiers: [ice, milk] }));
    expect({ version, lines }).toEqual({ version: 4, lines: [line('a', { quantity: 3 })] });
  });

  it('adds another line for the same coffee with other options', () => {
    expect(addLine(cartOf(line('a')), line('b', { modifiers: [milk] })).lines).toHaveLength(2);
  });

  it('is refused if the line would have too many pieces', () => {
    const full = cartOf(line('a', { quantity: maxLineQuantity - 1 }));
    expect(addLine(full, line('b')).lines[0].quantity).toBe(maxLineQuantity);
    expect(() => addLine(full, line('b', { quantity: 2 }))).toThrow(LineTooLarge);
  });

  it('is refused if the cart would have too many lines, but more pieces of an existing line are accepted', () => {
    const full = cartOf(...Array.from({ length: maxLines }, (_, i) => line(`${i}`, { variantId: `v${i}` })));
    expect(() => addLine(full, line('b'))).toThrow(CartFull);
    expect(addLine(full, line('b', { variantId: 'v7' })).lines[7].quantity).toBe(2);
  });
});

describe('A customer who changes a line for which they saw several prices', () => {
  const cart = {
    ...emptyCart('c'),
    version: 1,
    lines: [{ ...line('a'), price: vnd(30_000), otherPrices: [vnd(35_000)] }],
  };

  it('counts as having seen the current price', () => {
    const after = changeLine(cart, 'a', { price: vnd(30_000) });
    expect(after).toMatchObject({ version: 2, lines: [{ price: vnd(30_000) }] });
    expect(after.lines[0].otherPrices).toBeUndefined();
    const more = addLine(cart, { ...line('b'), price: vnd(35_000) });
    expect(more.lines.map(pricesOf)).toEqual([[vnd(35_000)]]);
  });

  it('gets the same cart if nothing changes', () => {
    expect(changeLine(cart, 'a', { quantity: 1 })).toBe(cart);
  });
});

describe('Changing a line', () => {
  it('sets the quantity', () => {
    expect(changeLine(cartOf(line('a')), 'a', { quantity: 5 })).toMatchObject({ version: 4, lines: [{ quantity: 5 }] });
  });

  it('makes no new version when nothing changes', () => {
    const cart = cartOf(line('a'));
    expect(changeLine(cart, 'a', { quantity: 1, newOptions: { modifiers: [ice, milk], portion: 'new' } })).toBe(cart);
  });

  it('keeps the seen price if the line is sent back as it was read, with no other change', () => {
    const cart = cartOf(line('a', { price: vnd(29_000) }));
    const price = vnd(35_000);
    expect(changeLine(cart, 'a', { quantity: 1, price, sentBack: true })).toBe(cart);
    expect(changeLine(cart, 'a', { quantity: 1, price }).lines).toMatchObject([{ price }]);
    expect(changeLine(cart, 'a', { quantity: 2, price, sentBack: true }).lines).toMatchObject([{ quantity: 2, price }]);
  });

  it('joins two lines that become the same drink, in one version', () => {
    const cart = cartOf(line('a'), line('b', { quantity: 2, modifiers: [milk] }));
    const after = changeLine(cart, 'b', { newOptions: { modifiers: [milk, ice], portion: 'new' } });
    expect(after).toMatchObject({ version: 4, lines: [{ id: 'a', quantity: 3 }] });
    expect(after.lines).toHaveLength(1);
  });

  it('is refused if the line would have too many pieces', () => {
    expect(() => changeLine(cartOf(line('a')), 'a', { quantity: maxLineQuantity + 1 })).toThrow(LineTooLarge);
  });

  it('does not find a line of another cart', () => {
    expect(() => changeLine(cartOf(line('a')), 'z', { quantity: 1 })).toThrow(NoSuchLine);
    expect(() => removeLine(cartOf(line('a')), 'z')).toThrow(NoSuchLine);
  });
});

describe('Emptying a cart', () => {
  it('removes one line, or all lines', () => {
    const cart = cartOf(line('a'), line('b', { modifiers: [] }));
    expect(removeLine(cart, 'a')).toMatchObject({ version: 4, lines: [{ id: 'b' }] });
    expect(clearCart(cart)).toMatchObject({ version: 4, lines: [] });
  });
  it('does nothing to an empty cart', () => expect(clearCart(emptyCart('cart'))).toEqual(emptyCart('cart')));
});

describe('A caller who has seen a certain version of the cart', () => {
  it('is refused when there is a newer version', () => {
    expect(() => requireVersion(cartOf(), 2)).toThrow(CartChanged);
    expect(() => requireVersion(cartOf(), 3)).not.toThrow();
    expect(() => requireVersion(cartOf(), undefined)).not.toThrow();
  });
});

describe('The same drink', () => {
  const options = fc.array(
    fc.record({ optionId: fc.constantFrom('a', 'b', 'c'), quantity: fc.integer({ min: 1, max: 3 }) }),
    { maxLength: 6 },
  );

  it('is the same in any order of its options, also if an option is named twice', () => {
    fc.assert(
      fc.property(options, (modifiers) => {
        const named = modifiers.flatMap(({ optionId, quantity }) =>
          Array.from({ length: quantity }, () => ({ optionId, quantity: 1 })),
        );
        const drink = { variantId: 'v', modifiers };
        expect(isSameDrink(drink, { variantId: 'v', modifiers: named.reverse() })).toBe(true);
        expect(isSameDrink(drink, { variantId: 'w', modifiers })).toBe(false);
        expect(sortedOptions(sortedOptions(modifiers))).toEqual(sortedOptions(modifiers));
      }),
    );
  });
});
