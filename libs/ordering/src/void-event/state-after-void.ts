import type { Uuid } from '#kernel';
import { isOver, type Checkout } from '../checkout/checkout-steps';
import { sagaId } from '../sagas/saga-id';
import { isDone, type Refunds } from '../refund-order/refunds-steps';
import type { DatedOrder } from '../model/dated-order';
import { newCompareCheckout, newCompareRefunds, type SagaStates } from './review-order';

/**
 * The state after an event was declared void: the order's status without that event, and sentences that tell staff what
 * to do.
 */
export interface StateAfterVoid {
  /** Null while the order cannot be read. */
  readonly status: string | null;
  readonly toDo: readonly string[];
}

/** The state of an order that has another unreadable event. */
export const stateWhileBroken = (message: string): StateAfterVoid => ({
  status: null,
  toDo: [`${message} Declare that event void too. Until then the order accepts no command.`],
});

/** Compares the order with the states that its sagas had before the event was declared void. */
export function stateAfterVoid(view: DatedOrder, { checkout, refunds }: SagaStates): StateAfterVoid {
  const toDo = [...(checkout ? checkoutToDos(view, checkout) : []), ...(refunds ? refundToDos(view, refunds) : [])];
  return { status: view.order.status, toDo };
}

function checkoutToDos(view: DatedOrder, checkout: Checkout): readonly string[] {
  const { status, wasConfirmed, unwantedBy, inHand } = newCompareCheckout(view).body;
  const saga = sagaId({ name: 'checkout', orderId: view.id });
  const givenBack = ['undone', 'restocking', 'unbooking'].includes(checkout.step);
  if (status === 'pending' && (isOver(checkout) || givenBack || checkout.step === 'reopened')) {
    if (unwantedBy || checkout.step === 'given-up')
      return ['The order is pending. Its money and goods go back, then it is cancelled. There is nothing to do.'];
    return [
      `The order is pending again, although its checkout had ended. Retry the saga ${saga} to confirm ` +
        'the order again with the payment that was taken. Or cancel the order: then its money and goods go back.',
    ];
  }
  if (status === 'cancelled' && !wasConfirmed && checkout.step !== 'given-up')
    return ['The order is cancelled and does not count as paid. The rest of its payment is given back.'];
  if (inHand && givenBack)
    return [
      'The order continues, although its goods were given back. Cancel it again, or retry the saga ' +
        `${saga} to keep the order as it is.`,
    ];
  return [];
}

function refundToDos(view: DatedOrder, { refunds }: Refunds): readonly string[] {
  const { confirmed, refunds: recorded } = newCompareRefunds(view).body;
  const states = new Map<Uuid, string>(recorded.map(({ refundId, state }) => [refundId, state]));
  return Object.entries(refunds).flatMap(([refundId, refund]) => {
    if (!isDone(refund) || states.get(refundId) === refund.step) return [];
    if (!confirmed)
      return [`The refund ${refundId} does not count while the order does not count as paid. It is not made again.`];
    return [
      `The refund ${refundId} had ended (${refund.step}), but the order no longer has the result. Payments is asked ` +
        'for the result again, and the order records it. No money is given twice.',
    ];
  });
}
