import { IdShape } from '#kernel';
import { z } from 'zod';
import type { OrderEvent } from './order';

const Money = z.strictObject({ amount: z.int().min(0), currency: z.literal('VND') });
const Sealed = z.strictObject({ sealed: z.string().min(1), subject: IdShape });
const Words = z.string().max(2_000);
const Count = z.int().min(1);

const Modifier = z.strictObject({ optionId: IdShape, group: Words, name: Words, quantity: Count, price: Money });

const Line = z.strictObject({
  lineId: IdShape,
  productId: IdShape,
  variantId: IdShape,
  sku: Words.min(1),
  name: Words,
  variantName: Words,
  quantity: Count,
  unitPrice: Money,
  lineTotal: Money,
  modifiers: z.array(Modifier).max(100),
  portions: z
    .array(z.strictObject({ id: IdShape, quantity: Count }))
    .min(1)
    .optional(),
  seenPrice: Money.optional(),
});

const Placed = z.strictObject({
  number: Words.min(1),
  customerId: IdShape.nullable(),
  guestTokenHash: z.string().nullable(),
  subject: IdShape,
  locale: z.enum(['vi', 'en']),
  lines: z.array(Line).min(1).max(200),
  subtotal: Money,
  deliveryFee: Money,
  total: Money,
  contact: z.strictObject({ name: Sealed, phone: Sealed.nullable(), email: Sealed.nullable() }),
  fulfilment: z.strictObject({ type: z.enum(['pickup', 'delivery']), address: Sealed.nullable() }),
  payment: z.strictObject({
    method: z.enum(['card', 'cash']),
    token: Sealed.nullable(),
    provider: z.string().nullable(),
  }),
  note: Sealed.nullable(),
  cartId: IdShape,
  cartVersion: z.int().min(0),
});

const codes = [
  ...(['OUT_OF_STOCK', 'PAYMENT_DECLINED', 'PAYMENT_UNRESOLVED'] as const),
  ...(['CUSTOMER', 'STAFF', 'OVERDUE', 'PAYMENT_UNAVAILABLE'] as const),
] as const;

const Nothing = z.strictObject({});
const Refund = z.strictObject({ refundId: IdShape, amount: Money });
const RefundWithReason = Refund.extend({ reason: Words });

/** What the data of each fact must look like, in its current schema version; for data that a person typed. */
export const orderEventSchemas = {
  OrderPlaced: Placed,
  OrderConfirmed: z.strictObject({
    paymentId: IdShape,
    method: z.enum(['card', 'cash']),
    provider: Words,
    chargeId: z.string().nullable(),
    paid: Money,
  }),
  OrderAccepted: Nothing,
  PreparationStarted: Nothing,
  OrderReadied: Nothing,
  OrderCompleted: z.strictObject({ collected: Money }),
  CancellationRequested: z.strictObject({ by: z.enum(['customer', 'staff']), reason: Sealed.nullable() }),
  OrderCancelled: z.strictObject({
    code: z.enum(codes),
    message: Words,
    reason: Sealed.nullable(),
    by: z.enum(['customer', 'staff', 'shop']),
    refundDue: Money,
    restock: z.boolean().optional(),
  }),
  RefundRequested: Refund.extend({
    reason: z.union([Words, Sealed]),
    end: z.boolean().optional(),
    restock: z.boolean().optional(),
  }),
  OrderRefunded: Refund,
  RefundFailed: RefundWithReason,
  PaymentReversed: z.strictObject({ reversalId: IdShape, amount: Money }),
} satisfies { readonly [E in OrderEvent as E['type']]: z.ZodType<E['data']> };
