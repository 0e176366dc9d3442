import { vnd } from '#kernel';
import type { PricedLine } from '#contracts/catalog';
import { emptyCart, type CartLine } from '../model/cart';
import { CartView, viewCart } from './cart-view';

const id = (last: number) => `019ab3c4-5d6e-7f80-9a1b-2c3d4e5f607${last}`;
const label = { productId: id(1), sku: 'CFS-S', name: 'Cà phê sữa đá', variantName: 'Nhỏ', imageUrl: null };
const line: CartLine = {
  id: id(2),
  variantId: id(3),
  quantity: 2,
  modifiers: [{ optionId: id(4), quantity: 1 }],
  label,
};
const cart = { id: id(5), version: 4, lines: [line, { ...line, id: id(6), variantId: id(7), modifiers: [] }] };
const price: PricedLine = {
  ...label,
  variantId: line.variantId,
  quantity: 2,
  modifiers: [{ optionId: id(4), quantity: 1, group: 'Đường', name: 'Ít', price: vnd(0) }],
  unitPrice: vnd(29_000),
  lineTotal: vnd(58_000),
  available: 9,
};
const gone = { variantId: id(7), code: 'VARIANT_UNAVAILABLE', message: 'Đã ngừng bán' } as const;

describe('A cart as it is shown', () => {
  it('has the catalogue’s prices, and the total of the lines that are sold', () => {
    const view = viewCart(cart, [price, gone], 'vi');
    expect(CartView.parse(view)).toEqual(view);
    expect(view).toMatchObject({ id: id(5), version: 4, subtotal: vnd(58_000), total: vnd(58_000), orderable: false });
    expect(view.lines[0]).toMatchObject({
      unitPrice: vnd(29_000),
      lineTotal: vnd(58_000),
      available: 9,
      problem: null,
    });
  });

  it('shows a line that is no longer sold with its stored name, without a price', () => {
    expect(viewCart(cart, [price, gone], 'vi').lines[1]).toMatchObject({
      ...{ name: 'Cà phê sữa đá', unitPrice: null, lineTotal: null, available: 0 },
      problem: { code: 'VARIANT_UNAVAILABLE', message: 'Đã ngừng bán' },
    });
  });

  it('shows a line with wrong options by its current names, and deleted options by their stored names', () => {
    const modifiers = [
      { optionId: id(4), group: 'Đường', name: 'Ít' },
      { optionId: id(9), group: 'Thêm', name: 'Trân châu' },
    ];
    const old = {
      ...line,
      modifiers: modifiers.map(({ optionId }) => ({ optionId, quantity: 1 })),
      label: { ...label, modifiers },
    };
    const known = {
      ...{
        productId: id(1),
        sku: 'CFS-S2',
        name: 'Iced milk coffee',
        variantName: 'Small',
        imageUrl: null,
        available: 9,
      },
      modifiers: [{ optionId: id(4), group: 'Sugar', name: 'Less' }],
    };
    const unpriced = { variantId: id(3), code: 'MODIFIERS_INVALID', message: 'gone', known } as const;
    const view = viewCart({ ...cart, lines: [old] }, [unpriced], 'en');
    expect(CartView.parse(view)).toEqual(view);
    expect(view.lines[0]).toMatchObject({
      ...{ sku: 'CFS-S2', name: 'Iced milk coffee', variantName: 'Small', unitPrice: null, available: 9 },
      modifiers: [
        { optionId: id(4), group: 'Sugar', name: 'Less', quantity: 1, price: null },
        { optionId: id(9), group: 'Thêm', name: 'Trân châu', quantity: 1, price: null },
      ],
      problem: { code: 'MODIFIERS_INVALID' },
    });
  });

  it('has a problem if there are fewer pieces than wanted', () => {
    const short = viewCart({ ...cart, lines: [line] }, [{ ...price, available: 1 }], 'vi');
    expect(short.lines[0]?.problem).toEqual({ code: 'OUT_OF_STOCK', message: 'Chỉ còn 1.' });
    expect(short).toMatchObject({ orderable: false, total: vnd(58_000) });
    expect(viewCart({ ...cart, lines: [line] }, [price], 'en').orderable).toBe(true);
  });

  it('reports a shortage of a SKU on all lines with this SKU, and on no other line', () => {
    const lines = [line, { ...line, id: id(6), modifiers: [] }, { ...line, id: id(7), variantId: id(8) }];
    const other = { ...price, variantId: id(8), sku: 'CFS-L' };
    const codes = (available: number) =>
      viewCart({ ...cart, lines }, [{ ...price, available }, { ...price, available }, other], 'en').lines.map(
        ({ problem }) => problem?.code,
      );
    expect(codes(3)).toEqual(['OUT_OF_STOCK', 'OUT_OF_STOCK', undefined]);
    expect(codes(4)).toEqual([undefined, undefined, undefined]);
  });

  it('reports lines above the limits of one order, as placing the order would', () => {
    const problemsOf = (count: number, quantity: number, amount: number) => {
      const lines = Array.from({ length: count }, (_, i) => ({ ...line, id: `${i}`, quantity }));
      const prices = lines.map(() => ({ ...price, quantity, available: 10_000, lineTotal: vnd(amount) }));
      return viewCart({ ...cart, lines }, prices, 'en').lines.map(({ problem }) => problem?.code);
    };
    expect(new Set(problemsOf(11, 90, 1))).toEqual(new Set([undefined]));
    expect(new Set(problemsOf(11, 91, 1))).toEqual(new Set(['ORDER_TOO_LARGE']));
    expect(new Set(problemsOf(100, 1, 10_000_000))).toEqual(new Set([undefined]));
    expect(new Set(problemsOf(101, 1, 1))).toEqual(new Set(['ORDER_TOO_LARGE']));
    expect(new Set(problemsOf(2, 1, 500_000_001))).toEqual(new Set(['ORDER_TOO_LARGE']));
  });

  it('shows the seen price and the current price if they differ', () => {
    const priceChangeAt = (seen?: number) =>
      viewCart({ ...cart, lines: [{ ...line, ...(seen !== undefined && { price: vnd(seen) }) }] }, [price], 'vi')
        .lines[0].priceChanged;
    expect(priceChangeAt(27_000)).toEqual({ from: vnd(27_000), to: vnd(29_000) });
    expect([priceChangeAt(29_000), priceChangeAt()]).toEqual([null, null]);
  });

  it('shows a price change if any piece of a joined line was seen at another price', () => {
    const priceChangeOf = (...[first, ...others]: number[]) =>
      viewCart({ ...cart, lines: [{ ...line, price: vnd(first), otherPrices: others.map(vnd) }] }, [price], 'vi')
        .lines[0].priceChanged;
    expect(priceChangeOf(29_000, 27_000)).toEqual({ from: vnd(27_000), to: vnd(29_000) });
    expect(priceChangeOf(27_000, 29_000)).toEqual({ from: vnd(27_000), to: vnd(29_000) });
    expect(priceChangeOf(29_000, 29_000)).toBeNull();
  });

  it('can be empty', () => {
    expect(viewCart(emptyCart(id(5)), [], 'en')).toEqual({
      ...{ id: id(5), version: 0, lines: [], subtotal: vnd(0), total: vnd(0), orderable: false },
    });
  });

  it('has a valid example in the OpenAPI document', () => {
    expect(CartView.parse(CartView.meta()?.example)).toEqual(CartView.meta()?.example);
  });
});
