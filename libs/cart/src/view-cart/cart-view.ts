import { z } from 'zod';
import { isPriced, type PricedLine, type UnpricedLine } from '#contracts/catalog';
import { IdShape, MoneyShape, plus, nothing, type Money } from '#kernel';
import type { Cart, CartLine } from '../model/cart';

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
    lineTotal: MoneyShape.nullable(),
    available: z.int().meta({ description: 'How many can be bought now; 0 when it is not sold any more.' }),
    problem: z
      .object({
        code: z.enum(['VARIANT_UNAVAILABLE', 'MODIFIERS_INVALID', 'OUT_OF_STOCK']),
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
    version: z.int().meta({ description: 'Rises with each change; `If-Match` takes it.' }),
    lines: z.array(CartLineView),
    subtotal: MoneyShape.meta({ description: 'Of the lines that are on sale.' }),
    total: MoneyShape,
    orderable: z.boolean().meta({ description: 'False for an empty cart and while a line has a problem.' }),
  })
  .meta({ id: 'Cart', example: exampleCart });
export type CartView = z.infer<typeof CartView>;

type Locale = 'vi' | 'en';

/** The cart as the catalogue prices it now; the prices are in the order of the lines. */
export function viewCart(cart: Cart, prices: readonly (PricedLine | UnpricedLine)[], locale: Locale): CartView {
  const lines = cart.lines.map((line, i) => viewLine(line, prices[i], locale));
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

function viewLine(line: CartLine, price: PricedLine | UnpricedLine | undefined, locale: Locale): CartLineView {
  const { id, variantId, quantity } = line;
  if (!price || !isPriced(price)) return { id, variantId, quantity, ...unsold(line, price, locale) };
  const { productId, sku, name, variantName, imageUrl, unitPrice, lineTotal } = price;
  return {
    ...{ id, variantId, productId, sku, name, variantName, imageUrl, quantity },
    modifiers: price.modifiers.map((modifier) => ({ ...modifier })),
    unitPrice,
    lineTotal,
    available: price.available,
    problem: price.available < quantity ? { code: 'OUT_OF_STOCK', message: words[locale].left(price.available) } : null,
  };
}

const unsold = (
  line: CartLine,
  why: UnpricedLine | undefined,
  locale: Locale,
): Omit<CartLineView, 'id' | 'variantId' | 'quantity'> => ({
  ...line.label,
  modifiers: line.modifiers.map((modifier) => ({ ...modifier, group: null, name: null, price: null })),
  unitPrice: null,
  lineTotal: null,
  available: 0,
  problem: { code: why?.code ?? 'VARIANT_UNAVAILABLE', message: why?.message ?? words[locale].gone },
});

const words = {
  vi: {
    gone: 'Món này không còn bán nữa.',
    left: (pieces: number) => (pieces > 0 ? `Chỉ còn ${pieces}.` : 'Hiện đã hết hàng.'),
  },
  en: {
    gone: 'This is not on the shelf any more.',
    left: (pieces: number) => (pieces > 0 ? `Only ${pieces} left.` : 'There is none left at the moment.'),
  },
} as const;
