import { CompareCheckout } from '../checkout/checkout-messages';
import { demandOf } from '../model/demand';
import { hasEnded, isInTheShop, owedAmount, statusOf, type PlacedState } from '../model/order';
import { CompareRefunds } from '../refund-order/refunds-messages';
import { nothing } from '#kernel';
import type { DatedOrder } from '../model/dated-order';

const wasConfirmed = (order: PlacedState): boolean => 'confirmation' in order && order.confirmation !== null;

/** Whether the shop still has to make the order or to hand it over. */
const isInHand = (order: PlacedState): boolean => isInTheShop(order) && !hasEnded(order) && !('goods' in order);

export function newCompareCheckout({ id: orderId, order }: DatedOrder): CompareCheckout {
  const { lines, total, payment } = order.placed;
  const unwantedBy = order.status === 'pending' ? (order.cancellationRequested?.by ?? null) : null;
  return new CompareCheckout({
    ...{ orderId, status: statusOf(order), wasConfirmed: wasConfirmed(order), unwantedBy, inHand: isInHand(order) },
    ...{ lines: demandOf(lines), total, method: payment.method },
  });
}

export function newCompareRefunds({ id: orderId, version, order }: DatedOrder): CompareRefunds {
  const refunds = 'refunds' in order ? order.refunds : [];
  return new CompareRefunds({
    ...{ orderId, version, confirmed: wasConfirmed(order) },
    refunds: refunds.map(({ refundId, amount, state }) => ({ refundId, amount, state })),
    owed: 'refunds' in order ? owedAmount(order) : nothing,
  });
}
