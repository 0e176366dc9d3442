import type { Uuid } from '#kernel';
import { isOver, type Checkout } from '../checkout/checkout-steps';
import { sagaId } from '../sagas/saga-id';
import { isDone, type Refunds } from '../refund-order/refunds-steps';
import type { DatedOrder } from '../model/dated-order';
import { comparedWithCheckout, comparedWithRefunds } from './review-order';

/**
 * The state after a declaration: the order's status without the void event, and what staff have to do, in sentences.
 */
export interface Left {
  /** Null while the order cannot be read. */
  readonly status: string | null;
  readonly toDo: readonly string[];
}

export interface SagaStates {
  readonly checkout?: Checkout | undefined;
  readonly refunds?: Refunds | undefined;
}

/** Another event cannot be read either. */
export const stillBroken = (message: string): Left => ({
  status: null,
  toDo: [`${message} Declare that event void as well: until then nothing can be done with the order.`],
});

/** Compares the order with what its sagas had done by then. */
export function leftBy(view: DatedOrder, { checkout, refunds }: SagaStates): Left {
  const toDo = [...(checkout ? ofCheckout(view, checkout) : []), ...(refunds ? ofRefunds(view, refunds) : [])];
  return { status: view.order.status, toDo };
}

function ofCheckout(view: DatedOrder, checkout: Checkout): readonly string[] {
  const { status, wasConfirmed, unwantedBy, inHand } = comparedWithCheckout(view).body;
  const saga = sagaId({ name: 'checkout', orderId: view.id });
  const givenBack = ['undone', 'restocking', 'unbooking'].includes(checkout.step);
  if (status === 'pending' && (isOver(checkout) || givenBack || checkout.step === 'reopened')) {
    if (unwantedBy || checkout.step === 'given-up')
      return ['The order is pending. What was taken goes back, and the order is cancelled. There is nothing to do.'];
    return [
      `The order is pending again, although its checkout had ended. Retry the saga ${saga} to have the order ` +
        'confirmed again with the payment that was taken. Or cancel the order: then its money and its goods go back.',
    ];
  }
  if (status === 'cancelled' && !wasConfirmed && checkout.step !== 'given-up')
    return ['The order is cancelled and does not count as paid. Whatever is left of its payment goes back.'];
  if (inHand && givenBack)
    return [
      'The order goes on, although its goods were given back. Cancel it again, or retry the saga ' +
        `${saga} to leave it as it is.`,
    ];
  return [];
}

function ofRefunds(view: DatedOrder, { refunds }: Refunds): readonly string[] {
  const { confirmed, refunds: noted } = comparedWithRefunds(view).body;
  const states = new Map<Uuid, string>(noted.map(({ refundId, state }) => [refundId, state]));
  return Object.entries(refunds).flatMap(([refundId, refund]) => {
    if (!isDone(refund) || states.get(refundId) === refund.step) return [];
    if (!confirmed)
      return [`The refund ${refundId} does not count while the order does not count as paid. It is not made again.`];
    return [
      `The refund ${refundId} had ended (${refund.step}), and the order does not say so any more. Payments is asked for ` +
        'the outcome again, and the order notes it. No money is given twice.',
    ];
  });
}
