import { IdShape, InstantShape, MoneyShape, nothing, plus, type Money, type Sealed } from '#kernel';
import { orderStatuses } from '#contracts/ordering';
import { z } from 'zod';
import { hasEnded, owedAmount, totalRefunded, reversedTotal, type PlacedState, type OrderMoney } from '../model/order';
import type { OrderLine } from '../model/placed-order';
import { OrderedLineShape, PaymentMethods, OrderPlacedShape } from '../model/placed-order';
import { refundReasonForOwner, refundReasonForStaff } from '../model/refund-reasons';
import { orderExample } from './order-example';
import type { OrderView } from './order-view';
import { Personal, shownFields } from './shown-shape';

/** The refusal of every route that folds its response from a stream. */
export const EVENT_BROKEN = {
  status: 409,
  code: 'EVENT_BROKEN',
  when: 'An event of the order has data that cannot be read.',
};

const { lineId: _id, ...lineFields } = shownFields(OrderedLineShape.omit({ portions: true, seenPrice: true }));

export const LineShape = z.object({ id: IdShape, ...lineFields }).meta({ id: 'OrderLine' });

const { contact, fulfilment, locale, note, subtotal, deliveryFee, total } = shownFields(OrderPlacedShape);

export const paymentStates = ['pending', 'due', 'paid', 'partly-refunded', 'refunded', 'none'] as const;

const AnswerShape = z.object({
  id: IdShape,
  number: z
    .string()
    .meta({ description: 'The number that is called out at the counter.', example: '261123-4F7K2-9QXWM' }),
  status: z.enum(orderStatuses),
  version: z.int().meta({ description: 'The number of events of the order.', example: 2 }),
  customerId: IdShape.nullable(),
  locale,
  lines: z.array(LineShape),
  subtotal,
  deliveryFee,
  total,
  contact,
  fulfilment,
  payment: z.object({
    method: PaymentMethods,
    provider: z.string().nullable(),
    status: z.enum(paymentStates),
    paid: MoneyShape,
    refunded: MoneyShape,
    owed: MoneyShape.meta({
      description: 'The total of the refunds that the provider refused and that nobody has requested again.',
    }),
  }),
  note,
  placedAt: InstantShape,
  updatedAt: InstantShape,
  since: z
    .partialRecord(z.enum(orderStatuses), InstantShape)
    .meta({ description: 'When the order first reached each status.' }),
  cancellationRequested: z.boolean(),
  ended: z.boolean().meta({
    description:
      'True if a refund has ended the order. Preparation has stopped, even if the money has not been returned yet.',
  }),
  cancellation: z
    .object({
      code: z.string().meta({ example: 'OUT_OF_STOCK' }),
      message: z.string(),
      by: z.enum(['customer', 'staff', 'shop']),
      reason: Personal.nullable().meta({
        description: 'The reason that was entered. A reason that staff entered is shown to staff only.',
      }),
    })
    .nullable(),
  hold: z
    .object({
      reason: Personal.nullable().meta({ description: 'The reason that staff entered. It is shown to staff only.' }),
    })
    .nullable()
    .meta({ description: 'Null unless the order is on hold.' }),
  refunds: z.array(
    z.object({
      id: IdShape,
      amount: MoneyShape,
      reason: Personal.meta({
        description: 'Staff see the reason that staff entered. Customers see a text of the shop instead.',
      }),
      state: z.enum(['requested', 'refunded', 'failed']),
    }),
  ),
});

export const OrderAnswer = AnswerShape.meta({
  id: 'Order',
  example: orderExample satisfies z.infer<typeof AnswerShape>,
});

type WithSeals<T> = T extends string | number | boolean | null
  ? T
  : T extends { erased: true } | { unreadable: true }
    ? Sealed
    : T extends readonly (infer E)[]
      ? readonly WithSeals<E>[]
      : { readonly [K in keyof T]: WithSeals<T[K]> };

/** The response, in which personal values are still sealed. They must be opened before the response is sent. */
export type SealedOrder = WithSeals<z.infer<typeof OrderAnswer>>;

const noMoneyYet: OrderMoney = { paid: nothing, refunds: [] };

/**
 * The money that was taken, and the money that went back. For an order that was never paid, both include the money that
 * a provider took and gave back.
 */
function moneyOf(order: Exclude<PlacedState, { status: 'pending' }>): { paid: Money; refunded: Money } {
  const refunded = totalRefunded(order);
  if (order.confirmation !== null) return { paid: order.paid, refunded };
  const reversed = reversedTotal(order);
  return { paid: plus(order.paid, reversed), refunded: plus(refunded, reversed) };
}

export function paymentState(order: PlacedState): (typeof paymentStates)[number] {
  if (order.status === 'pending') return 'pending';
  const { paid, refunded } = moneyOf(order);
  if (paid.amount === 0) return order.status === 'cancelled' ? 'none' : 'due';
  if (refunded.amount === 0) return 'paid';
  return refunded.amount === paid.amount ? 'refunded' : 'partly-refunded';
}

/**
 * The view as the API shows it, with personal values sealed. Each field is listed here, because jsonb does not keep the
 * order of fields. So the response has the same bytes, whether the view comes from the stream or from the read model.
 */
export function showOrder({ id, version, placedAt, updatedAt, since, order }: OrderView): SealedOrder {
  const { placed } = order;
  const money = order.status === 'pending' ? noMoneyYet : order;
  return {
    id,
    number: placed.number,
    status: order.status,
    version,
    customerId: placed.customerId,
    locale: placed.locale,
    lines: placed.lines.map(showLine),
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
      owed: owedAmount(money),
    },
    note: placed.note,
    placedAt,
    updatedAt,
    since: Object.fromEntries(orderStatuses.flatMap((status) => (since[status] ? [[status, since[status]]] : []))),
    cancellationRequested: order.status === 'pending' && order.cancellationRequested !== null,
    ended: hasEnded(order),
    cancellation: order.status === 'cancelled' ? showCancellation(order.cancellation) : null,
    hold: order.status === 'on-hold' ? { reason: order.hold.reason } : null,
    refunds: money.refunds.map((refund) => {
      const { refundId: id, amount, state } = refund;
      return { id, amount, reason: refundReasonForStaff(refund, order), state };
    }),
  };
}

/**
 * The order as its customer sees it. Texts that staff typed are replaced by standard texts of the shop, or left out.
 */
export function showToOwner(view: OrderView): SealedOrder {
  const shown = showOrder(view);
  const { cancellation, locale } = shown;
  const refunds = view.order.status === 'pending' ? [] : view.order.refunds;
  return {
    ...shown,
    cancellation: cancellation?.by === 'staff' ? { ...cancellation, reason: null } : cancellation,
    hold: shown.hold && { reason: null },
    refunds: shown.refunds.map((one, at) => ({ ...one, reason: refundReasonForOwner(refunds[at], locale) })),
  };
}

/** A function that shows an order to one kind of reader. */
export type ShowOrder = typeof showOrder;

const showLine = (line: OrderLine) => ({
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

const showCancellation = ({
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
