import { CompareCheckout, type ComparisonAsked } from '../checkout/checkout-messages';
import { initialCheckout, type Checkout } from '../checkout/checkout-steps';
import { demandOf } from '../model/demand';
import { hasEnded, isInTheShop, owedAmount, statusOf, type PlacedState } from '../model/order';
import { publicReason } from '../model/order-announcements';
import type { Refunds } from '../refund-order/refunds-steps';
import { CompareRefunds } from '../refund-order/refunds-messages';
import { nothing } from '#kernel';
import type { DatedOrder } from '../model/dated-order';

/** The states of an order's sagas. Undefined for a saga that has not begun. */
export interface SagaStates {
  readonly checkout?: Checkout | undefined;
  readonly refunds?: Refunds | undefined;
}

const wasConfirmed = (order: PlacedState): boolean => 'confirmation' in order && order.confirmation !== null;

/** Whether the shop still has to make the order or to hand it over. */
const isInProgress = (order: PlacedState): boolean => isInTheShop(order) && !hasEnded(order) && !('goods' in order);

/**
 * The comparisons for the sagas of an order. A saga that has not begun gets a comparison only if the order needs the
 * saga: then the message that begins the saga was lost. Read the sagas before the order, so that the order is not older
 * than they are.
 */
export function comparisonsOf(
  view: DatedOrder,
  { checkout, refunds }: SagaStates,
  asked: ComparisonAsked = {},
): { readonly checkout?: CompareCheckout; readonly refunds?: CompareRefunds } {
  const { order } = view;
  const needsRefunds = 'refunds' in order && order.refunds.some(({ state }) => state === 'requested');
  return {
    ...((checkout || order.status === 'pending') && { checkout: newCompareCheckout(view, checkout, asked) }),
    ...((refunds || needsRefunds) && { refunds: newCompareRefunds(view, asked) }),
  };
}

export function newCompareCheckout(
  { id: orderId, order }: DatedOrder,
  { step }: Checkout = initialCheckout,
  asked: ComparisonAsked = {},
): CompareCheckout {
  const { lines, total, payment } = order.placed;
  const unwantedBy = order.status === 'pending' ? (order.cancellationRequested?.by ?? null) : null;
  return new CompareCheckout({
    ...{ orderId, status: statusOf(order), wasConfirmed: wasConfirmed(order), unwantedBy, inHand: isInProgress(order) },
    ...{ lines: demandOf(lines), total, method: payment.method, step },
    ...('goods' in order && order.goods && { goods: order.goods }),
    ...asked,
  });
}

export function newCompareRefunds(
  { id: orderId, version, order }: DatedOrder,
  asked: ComparisonAsked = {},
): CompareRefunds {
  const refunds = 'refunds' in order ? order.refunds : [];
  return new CompareRefunds({
    ...{ orderId, version, confirmed: wasConfirmed(order) },
    refunds: refunds.map((refund) => ({
      ...{ refundId: refund.refundId, amount: refund.amount, state: refund.state, reason: publicReason(refund) },
    })),
    owed: 'refunds' in order ? owedAmount(order) : nothing,
    ...asked,
  });
}
