import { IdShape } from '#kernel';
import { orderLocales } from '#contracts/ordering';
import { z } from 'zod';
import { Count, MoneyInFact, SealedInFact, TextInFact, type DataOf } from './fact-shapes';

const Modifier = z.strictObject({
  optionId: IdShape,
  group: TextInFact,
  name: TextInFact,
  quantity: Count,
  price: MoneyInFact,
});

/** One ordered item. */
export const OrderedLineShape = z.strictObject({
  lineId: IdShape,
  productId: IdShape,
  variantId: IdShape,
  sku: TextInFact.min(1),
  name: TextInFact.meta({ example: 'Cà phê sữa đá' }),
  variantName: TextInFact.meta({ example: 'Lớn' }),
  quantity: Count,
  /** The price of one piece with its modifiers. */
  unitPrice: MoneyInFact,
  lineTotal: MoneyInFact,
  modifiers: z.array(Modifier).max(100),
  /** The portions of the cart that became this line. Absent in older orders. */
  portions: z
    .array(z.strictObject({ id: IdShape, quantity: Count }))
    .min(1)
    .optional(),
  /**
   * The price of one piece when the customer last saw it. Present only if another price was charged and the customer
   * did not agree to it.
   */
  seenPrice: MoneyInFact.optional(),
});

/** What was ordered, by whom, and how it is paid and handed over. */
export const OrderPlacedShape = z.strictObject({
  /** The number that is called out at the counter. */
  number: TextInFact.min(1),
  customerId: IdShape.nullable(),
  /**
   * SHA-256 of the random number that all cart tokens of the guest contain. It proves that the order belongs to the
   * guest.
   */
  guestTokenHash: z.string().nullable(),
  /** The owner of the key that seals the personal values: the customer, or the order itself for a guest. */
  subject: IdShape,
  locale: z.enum(orderLocales),
  lines: z.array(OrderedLineShape).min(1).max(200),
  subtotal: MoneyInFact,
  deliveryFee: MoneyInFact,
  total: MoneyInFact,
  contact: z.strictObject({
    name: SealedInFact,
    phone: SealedInFact.nullable(),
    email: SealedInFact.nullable(),
  }),
  fulfilment: z.strictObject({ type: z.enum(['pickup', 'delivery']), address: SealedInFact.nullable() }),
  payment: z.strictObject({
    method: z.enum(['card', 'cash']),
    token: SealedInFact.nullable(),
    provider: z.string().nullable(),
  }),
  note: SealedInFact.nullable(),
  cartId: IdShape,
  cartVersion: z.int().min(0),
});

export type PlacedOrder = DataOf<typeof OrderPlacedShape>;
export type OrderLine = PlacedOrder['lines'][number];
export type Contact = PlacedOrder['contact'];
export type FulfilmentType = PlacedOrder['fulfilment']['type'];
export type PaymentMethod = PlacedOrder['payment']['method'];

export const { type: FulfilmentTypes } = OrderPlacedShape.shape.fulfilment.shape;
export const { method: PaymentMethods } = OrderPlacedShape.shape.payment.shape;
