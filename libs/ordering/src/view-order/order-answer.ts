import { IdShape, InstantShape, MoneyShape, nothing, plus, type Money, type Sealed } from '#kernel';
import { z } from 'zod';
import { hasEnded, owed, refunded, reversedTotal, type OrderLine, type PlacedState, type Till } from '../model/order';
import { refundWordsForOwner, refundWordsForStaff } from '../model/refund-words';
import type { OrderView } from './order-view';

/** A personal value, or what is left of it once its owner was forgotten. */
const Personal = z
  .union([z.string(), z.object({ erased: z.literal(true) })])
  .meta({ id: 'PersonalValue', description: 'Text, or `{ "erased": true }` once its owner was forgotten.' });

export const statuses = [
  'pending',
  'confirmed',
  'accepted',
  'preparing',
  'ready',
  'completed',
  'cancelled',
  'refunded',
] as const;

export const LineShape = z
  .object({
    id: IdShape,
    productId: IdShape,
    variantId: IdShape,
    sku: z.string(),
    name: z.string().meta({ example: 'Cà phê sữa đá' }),
    variantName: z.string().meta({ example: 'Lớn' }),
    quantity: z.int(),
    unitPrice: MoneyShape,
    lineTotal: MoneyShape,
    modifiers: z.array(
      z.object({ optionId: IdShape, group: z.string(), name: z.string(), quantity: z.int(), price: MoneyShape }),
    ),
  })
  .meta({ id: 'OrderLine' });

export const paymentStates = ['pending', 'due', 'paid', 'partly-refunded', 'refunded', 'none'] as const;

export const OrderAnswer = z
  .object({
    id: IdShape,
    number: z.string().meta({ description: 'What is called out at the counter.', example: '261123-4F7K2-9QXWM' }),
    status: z.enum(statuses),
    version: z.int().meta({ description: 'How many events the order has had.', example: 2 }),
    customerId: IdShape.nullable(),
    locale: z.enum(['vi', 'en']),
    lines: z.array(LineShape),
    subtotal: MoneyShape,
    deliveryFee: MoneyShape,
    total: MoneyShape,
    contact: z.object({ name: Personal, phone: Personal.nullable(), email: Personal.nullable() }),
    fulfilment: z.object({ type: z.enum(['pickup', 'delivery']), address: Personal.nullable() }),
    payment: z.object({
      method: z.enum(['card', 'cash']),
      provider: z.string().nullable(),
      status: z.enum(paymentStates),
      paid: MoneyShape,
      refunded: MoneyShape,
      owed: MoneyShape.meta({
        description: 'What should have gone back, but was refused by the provider and has not been asked for again.',
      }),
    }),
    note: Personal.nullable(),
    placedAt: InstantShape,
    updatedAt: InstantShape,
    since: z
      .partialRecord(z.enum(statuses), InstantShape)
      .meta({ description: 'When it first came to each status it has been in.' }),
    cancellationRequested: z.boolean(),
    ended: z.boolean().meta({
      description: 'A refund ended it: nothing more is made of it, also while its money is still on its way.',
    }),
    cancellation: z
      .object({
        code: z.string().meta({ example: 'OUT_OF_STOCK' }),
        message: z.string(),
        by: z.enum(['customer', 'staff', 'shop']),
        reason: Personal.nullable().meta({ description: 'What was typed. What staff typed is shown to staff only.' }),
      })
      .nullable(),
    refunds: z.array(
      z.object({
        id: IdShape,
        amount: MoneyShape,
        reason: Personal.meta({ description: 'For the customer the words of the shop, for staff what staff typed.' }),
        state: z.enum(['requested', 'refunded', 'failed']),
      }),
    ),
  })
  .meta({ id: 'Order' });

type WithSeals<T> = T extends string | number | boolean | null
  ? T
  : T extends { erased: true }
    ? Sealed
    : T extends readonly (infer E)[]
      ? readonly WithSeals<E>[]
      : { readonly [K in keyof T]: WithSeals<T[K]> };

type Opened = z.infer<typeof OrderAnswer>;
/** The answer with its personal values still sealed; whoever sends it opens them first. */
export type SealedOrder = Omit<WithSeals<Opened>, 'contact' | 'fulfilment' | 'note' | 'cancellation' | 'since'> & {
  readonly contact: PlacedState['placed']['contact'];
  readonly fulfilment: PlacedState['placed']['fulfilment'];
  readonly note: Sealed | null;
  readonly since: OrderView['since'];
  readonly cancellation: {
    readonly code: string;
    readonly message: string;
    readonly by: 'customer' | 'staff' | 'shop';
    readonly reason: Sealed | null;
  } | null;
};

const nothingYet: Till = { paid: nothing, refunds: [] };

/** What was taken and what went back. An order that was never paid also shows what a provider took and gave back. */
function moneyOf(order: Exclude<PlacedState, { status: 'pending' }>): { paid: Money; refunded: Money } {
  const back = refunded(order);
  if (order.confirmation !== null) return { paid: order.paid, refunded: back };
  const reversed = reversedTotal(order);
  return { paid: plus(order.paid, reversed), refunded: plus(back, reversed) };
}

export function paymentState(order: PlacedState): (typeof paymentStates)[number] {
  if (order.status === 'pending') return 'pending';
  const { paid, refunded: back } = moneyOf(order);
  if (paid.amount === 0) return order.status === 'cancelled' ? 'none' : 'due';
  if (back.amount === 0) return 'paid';
  return back.amount === paid.amount ? 'refunded' : 'partly-refunded';
}

/**
 * The view as the API shows it, personal values sealed. The same for the write model's answers and the read model's, to the
 * byte: fields are named one by one, because jsonb keeps an order of its own.
 */
export function showOrder({ id, version, placedAt, updatedAt, since, order }: OrderView): SealedOrder {
  const { placed } = order;
  const till = order.status === 'pending' ? nothingYet : order;
  return {
    id,
    number: placed.number,
    status: order.status,
    version,
    customerId: placed.customerId,
    locale: placed.locale,
    lines: placed.lines.map(lineOf),
    subtotal: placed.subtotal,
    deliveryFee: placed.deliveryFee,
    total: placed.total,
    contact: { name: placed.contact.name, phone: placed.contact.phone, email: placed.contact.email },
    fulfilment: { type: placed.fulfilment.type, address: placed.fulfilment.address },
    payment: {
      method: placed.payment.method,
      provider: ('confirmation' in order ? order.confirmation?.provider : undefined) ?? placed.payment.provider,
      status: paymentState(order),
      ...(order.status === 'pending' ? { paid: nothing, refunded: nothing } : moneyOf(order)),
      owed: owed(till),
    },
    note: placed.note,
    placedAt,
    updatedAt,
    since: Object.fromEntries(statuses.flatMap((status) => (since[status] ? [[status, since[status]]] : []))),
    cancellationRequested: order.status === 'pending' && order.cancellationRequested !== null,
    ended: hasEnded(order),
    cancellation: order.status === 'cancelled' ? cancellationOf(order.cancellation) : null,
    refunds: till.refunds.map((refund) => {
      const { refundId: id, amount, state } = refund;
      return { id, amount, reason: refundWordsForStaff(refund, order), state };
    }),
  };
}

/** The view as its customer sees it: what staff typed stays with the shop, whose own words stand instead. */
export function showToOwner(view: OrderView): SealedOrder {
  const shown = showOrder(view);
  const { cancellation, locale } = shown;
  const refunds = view.order.status === 'pending' ? [] : view.order.refunds;
  return {
    ...shown,
    cancellation: cancellation?.by === 'staff' ? { ...cancellation, reason: null } : cancellation,
    refunds: shown.refunds.map((one, at) => ({ ...one, reason: refundWordsForOwner(refunds[at], locale) })),
  };
}

/** How an order is shown to whom. */
export type Showing = typeof showOrder;

const lineOf = (line: OrderLine) => ({
  id: line.lineId,
  productId: line.productId,
  variantId: line.variantId,
  sku: line.sku,
  name: line.name,
  variantName: line.variantName,
  quantity: line.quantity,
  unitPrice: line.unitPrice,
  lineTotal: line.lineTotal,
  modifiers: line.modifiers.map(({ optionId, group, name, quantity, price }) => ({
    optionId,
    group,
    name,
    quantity,
    price,
  })),
});

const cancellationOf = ({
  code,
  message,
  by,
  reason,
}: Extract<PlacedState, { status: 'cancelled' }>['cancellation']) => ({
  code,
  message,
  by,
  reason,
});
