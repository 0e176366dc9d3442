import { z } from 'zod';
import { isPriced, type PricedLine, type UnpricedLine } from '#contracts/catalog';
import { IdShape, MoneyShape, plus, nothing, type Money } from '#kernel';
import { orderLimits } from '#contracts/ordering';
import { pricesOf, type Cart, type CartLine } from '../model/cart';

const ModifierView = z.object({
  optionId: IdShape,
  group: z.string().nullable(),
  name: z.string().nullable(),
  quantity: z.int(),
  price: MoneyShape.nullable(),
});

const money = (amount: number): Money => ({ amount, currency: 'VND' });
const exampleId = (last: number): string => `019ab3c4-5d6e-7f80-9a1b-2c3d4e5f607${last}`;
const exampleLine = {
  id: exampleId(1),
  variantId: exampleId(2),
  productId: exampleId(3),
  sku: 'CFS-M',
  name: 'Cà phê sữa đá',
  variantName: 'Vừa',
  imageUrl: null,
  quantity: 2,
  modifiers: [{ optionId: exampleId(4), group: 'Đường', name: 'Ít đường', quantity: 1, price: money(0) }],
  unitPrice: money(29_000),
  priceChanged: { from: money(27_000), to: money(29_000) },
  lineTotal: money(58_000),
  available: 117,
  problem: null,
};
const exampleCart = {
  id: exampleId(5),
  version: 7,
  lines: [exampleLine],
  subtotal: money(58_000),
  total: money(58_000),
  orderable: true,
};

export const CartLineView = z
  .object({
    id: IdShape,
    variantId: IdShape,
    productId: IdShape,
    sku: z.string(),
    name: z.string(),
    variantName: z.string(),
    imageUrl: z.string().nullable(),
    quantity: z.int(),
    modifiers: z.array(ModifierView),
    unitPrice: MoneyShape.nullable().meta({ description: 'One piece with its modifiers, today; null when not sold.' }),
    priceChanged: z.object({ from: MoneyShape, to: MoneyShape }).nullable().meta({
      description:
        'The price of one piece when the line was added or last changed, and the current price; null if they are the same.',
    }),
    lineTotal: MoneyShape.nullable(),
    available: z.int().meta({
      description:
        'How many of this SKU can be bought now, by all lines together; 0 if it is no longer sold. ' +
        'If the options of a line are wrong, this is how many could be bought with other options.',
    }),
    problem: z
      .object({
        code: z.enum(['VARIANT_UNAVAILABLE', 'MODIFIERS_INVALID', 'OUT_OF_STOCK', 'ORDER_TOO_LARGE']),
        message: z.string(),
      })
      .nullable()
      .meta({ description: 'Why the line cannot be ordered as it is; null when it can.' }),
  })
  .meta({ id: 'CartLine', example: exampleLine });
export type CartLineView = z.infer<typeof CartLineView>;

export const CartView = z
  .object({
    id: IdShape,
    version: z.int().meta({
      description: 'Rises with each change. `If-Match` takes the whole `ETag`, which changes with prices, too.',
    }),
    lines: z.array(CartLineView),
    subtotal: MoneyShape.meta({ description: 'The sum of the lines that are sold.' }),
    total: MoneyShape,
    orderable: z.boolean().meta({ description: 'False for an empty cart and while a line has a problem.' }),
  })
  .meta({ id: 'Cart', example: exampleCart });
export type CartView = z.infer<typeof CartView>;

type Locale = 'vi' | 'en';

/** The cart at current prices. `prices` are in the order of the lines. */
export function viewCart(cart: Cart, prices: readonly (PricedLine | UnpricedLine)[], locale: Locale): CartView {
  const wanted = demandOf(prices.filter(isPriced));
  const tooLarge = isTooLarge(prices.filter(isPriced), cart.lines.length);
  const lines = cart.lines.map((line, i) => viewLine(line, prices[i], { wanted, tooLarge, locale }));
  const subtotal = lines.reduce<Money>((sum, { lineTotal }) => (lineTotal ? plus(sum, lineTotal) : sum), nothing);
  return {
    id: cart.id,
    version: cart.version,
    lines,
    subtotal,
    total: subtotal,
    orderable: lines.length > 0 && lines.every(({ problem }) => problem === null),
  };
}

interface WholeCart {
  /** How many pieces of each SKU are in all lines together. */
  readonly wanted: ReadonlyMap<string, number>;
  /** The number of lines or the total is above the limit of one order. */
  readonly tooLarge: boolean;
  readonly locale: Locale;
}

function demandOf(lines: readonly PricedLine[]): ReadonlyMap<string, number> {
  const demand = new Map<string, number>();
  for (const { sku, quantity } of lines) demand.set(sku, (demand.get(sku) ?? 0) + quantity);
  return demand;
}

const isTooLarge = (lines: readonly PricedLine[], count: number): boolean =>
  count > orderLimits.lines || lines.reduce((sum, { lineTotal }) => sum + lineTotal.amount, 0) > orderLimits.total;

function problemOf({ sku, available }: PricedLine, { wanted, tooLarge, locale }: WholeCart): CartLineView['problem'] {
  const pieces = wanted.get(sku) ?? 0;
  if (available < pieces) return { code: 'OUT_OF_STOCK', message: texts[locale].left(available) };
  if (tooLarge || pieces > orderLimits.piecesOfOneSku)
    return { code: 'ORDER_TOO_LARGE', message: texts[locale].tooLarge };
  return null;
}

/** The price change of a line, if the customer saw another price for any of its pieces. */
function priceChangeOf(line: CartLine, now: Money): CartLineView['priceChanged'] {
  const from = pricesOf(line).find(({ amount }) => amount !== now.amount);
  return from ? { from, to: now } : null;
}

function viewLine(line: CartLine, price: PricedLine | UnpricedLine | undefined, whole: WholeCart): CartLineView {
  const { id, variantId, quantity } = line;
  const { locale } = whole;
  if (!price || !isPriced(price)) return { id, variantId, quantity, ...viewUnsoldLine(line, price, locale) };
  const { productId, sku, name, variantName, imageUrl, unitPrice, lineTotal } = price;
  return {
    ...{ id, variantId, productId, sku, name, variantName, imageUrl, quantity },
    modifiers: price.modifiers.map((modifier) => ({ ...modifier })),
    unitPrice,
    priceChanged: priceChangeOf(line, unitPrice),
    lineTotal,
    available: price.available,
    problem: problemOf(price, whole),
  };
}

const viewUnsoldLine = (
  line: CartLine,
  unpriced: UnpricedLine | undefined,
  locale: Locale,
): Omit<CartLineView, 'id' | 'variantId' | 'quantity'> => {
  const { productId, sku, name, variantName, imageUrl } = unpriced?.known ?? line.label;
  const currentOptions = unpriced?.known?.modifiers ?? [];
  const storedOptions = line.label.modifiers ?? [];
  return {
    ...{ productId, sku, name, variantName, imageUrl },
    modifiers: line.modifiers.map(({ optionId, quantity }) => {
      const isThis = (option: { optionId: string }) => option.optionId === optionId;
      const { group = null, name: optionName = null } = currentOptions.find(isThis) ?? storedOptions.find(isThis) ?? {};
      return { optionId, group, name: optionName, quantity, price: null };
    }),
    unitPrice: null,
    priceChanged: null,
    lineTotal: null,
    available: unpriced?.known?.available ?? 0,
    problem: { code: unpriced?.code ?? 'VARIANT_UNAVAILABLE', message: unpriced?.message ?? texts[locale].notSold },
  };
};

const texts = {
  vi: {
    notSold: 'Món này không còn bán nữa.',
    tooLarge: 'Một đơn hàng không nhận nhiều như vậy. Hãy tách đơn hoặc gọi cho cửa hàng.',
    left: (pieces: number) => (pieces > 0 ? `Chỉ còn ${pieces}.` : 'Hiện đã hết hàng.'),
  },
  en: {
    notSold: 'This is no longer on sale.',
    tooLarge: 'This is too much for one order. Split the order, or call the shop.',
    left: (pieces: number) => (pieces > 0 ? `Only ${pieces} left.` : 'There is none left at the moment.'),
  },
} as const;
