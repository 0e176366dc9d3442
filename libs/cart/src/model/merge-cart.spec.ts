import fc from 'fast-check';
import { vnd } from '#kernel';
import { maxLines, maxLineQuantity, portionsOf, pricesOf, type Cart, type CartLine } from './cart';
import { mergeCarts as mergedCarts } from './merge-cart';

const label = { productId: 'p', sku: 's', name: 'Trà đào', variantName: 'M', imageUrl: null };
const line = (id: string, variantId: string, quantity = 1): CartLine => ({
  ...{ id, variantId, quantity, modifiers: [], label },
});
const cart = (id: string, lines: CartLine[]): Cart => ({ id, version: 2, lines });

const mergeCarts = (user: Cart, guest: Cart, since = 0) => mergedCarts(user, guest, { since });

const piecesOf = ({ lines }: Cart, drink: string) =>
  lines.filter(({ variantId }) => variantId === drink).reduce((sum, { quantity }) => sum + quantity, 0);

describe('Merging a guest’s cart into a user’s cart', () => {
  it('adds the quantities of the same drink, and takes over the other lines', () => {
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
      guest: { id: 'guest', version: 3, lines: [], mergedInto: 'user', mergedSince: 0, moved: true },
    });
  });

  it('does nothing for a guest whose cart was merged before', () => {
    const merged = { ...cart('guest', []), mergedInto: 'user' };
    expect(mergeCarts(cart('user', [line('a', 'tea')]), merged)).toBeUndefined();
  });

  it('does nothing if the guest has ordered with the token of the log-in', () => {
    const ordered = { ...cart('guest', [line('b', 'cake')]), orderedVersion: 2 };
    expect(mergeCarts(cart('user', []), ordered, 1)).toBeUndefined();
    expect(mergeCarts(cart('user', []), ordered, 2)?.cart.lines).toEqual([line('b', 'cake')]);
  });

  it('records the new owner of an empty cart, because lines of a failed order can be returned to it', () => {
    const user = cart('user', [line('a', 'tea')]);
    const merged = mergeCarts(user, cart('guest', []));
    expect(merged).toMatchObject({ guest: { lines: [], mergedInto: 'user' } });
    expect(merged!.cart).toBe(user);
  });

  it('loses no piece above the limits: pieces that do not fit into a line become another line', () => {
    const full = Array.from({ length: maxLines - 1 }, (_, i) => line(`${i}`, `v${i}`, 60));
    const merged = mergeCarts(
      cart('user', full),
      cart('guest', [line('x', 'v0', 60), line('y', 'new'), line('z', 'newer')]),
    );
    expect(merged?.cart.lines).toHaveLength(maxLines + 2);
    expect(piecesOf(merged!.cart, 'v0')).toBe(120);
    expect(merged?.cart.lines.map(({ quantity }) => quantity)).toEqual(
      expect.not.arrayContaining([maxLineQuantity + 1]),
    );
    expect(merged?.cart.lines.slice(-2).map(({ variantId }) => variantId)).toEqual(['new', 'newer']);
  });

  it('does not divide a portion, because an order can contain it', () => {
    const own = line('a', 'tea', 60);
    const portions = [
      { id: 'b', quantity: 30 },
      { id: 'c', quantity: 50 },
    ];
    const merged = mergeCarts(cart('user', [own]), cart('guest', [{ ...line('b', 'tea', 80), portions }]));
    expect(merged?.cart.lines.flatMap(portionsOf)).toEqual([{ id: 'a', quantity: 60 }, ...portions]);
    expect(merged?.cart.lines.map(({ id, quantity }) => [id, quantity])).toEqual([
      ['a', 90],
      ['b', 50],
    ]);
  });

  it('loses no piece, for any content of the two carts', () => {
    const content = fc.array(
      fc.record({ drink: fc.constantFrom('tea', 'cake'), quantity: fc.integer({ min: 1, max: 99 }) }),
    );
    fc.assert(
      fc.property(content, content, (mine, theirs) => {
        const lines = (owner: string, of: typeof mine) =>
          of.map(({ drink, quantity }, i) => line(`${owner}${i}`, drink, quantity));
        const [user, guest] = [cart('user', lines('u', mine)), cart('guest', lines('g', theirs))];
        const merged = mergeCarts(user, guest)!.cart;
        for (const drink of ['tea', 'cake'])
          expect(piecesOf(merged, drink)).toBe(piecesOf(user, drink) + piecesOf(guest, drink));
        expect(Math.max(0, ...merged.lines.map(({ quantity }) => quantity))).toBeLessThanOrEqual(maxLineQuantity);
        expect(new Set(merged.lines.map(({ id }) => id)).size).toBe(merged.lines.length);
      }),
    );
  });

  it('keeps every price that the customer saw, so that a change of any of these prices can be shown', () => {
    const lineAtPrice = (id: string, amount: number) => ({ ...line(id, 'tea'), price: vnd(amount) });
    const join = (mine: number, theirs: number) =>
      mergeCarts(cart('user', [lineAtPrice('a', mine)]), cart('guest', [lineAtPrice('b', theirs)]))!.cart.lines.map(
        pricesOf,
      );
    expect(join(30_000, 35_000)).toEqual([[vnd(30_000), vnd(35_000)]]);
    expect(join(35_000, 30_000)).toEqual([[vnd(35_000), vnd(30_000)]]);
    expect(join(30_000, 30_000)).toEqual([[vnd(30_000)]]);
  });
});
