import { ReleaseStock } from '#contracts/inventory';
import { noteByStaff } from './asking-again';
import type { CompareCheckout, RetryCheckout } from './checkout-messages';
import { startStep, orderIdOf, keepStep, waitsTimer, type CheckoutReaction } from './checkout-moves';
import { requestsOf, isOver, voidPaymentRequest, type Basket, type Checkout } from './checkout-steps';

type BegunCheckout = Exclude<Checkout, { step: 'waiting' }>;

/**
 * Compares the checkout with the order's stream. They differ if an event that the checkout had caused was declared
 * void. A checkout that is still running finishes first.
 */
export function compareWithOrder(state: Checkout, { body }: CompareCheckout): CheckoutReaction {
  if (state.step === 'waiting') return keepStep(state, 'compared with the order: the checkout has not begun');
  if (body.status === 'pending') return onPendingAgain(state, body);
  if (body.status === 'cancelled' && !body.wasConfirmed) return onCancelledUnpaid(state);
  if (isGivenBack(state) && body.inHand) return reopen(body, false, 'the order goes on, its goods were given back');
  return keepStep(state, 'compared with the order');
}

/** True if a confirmed order was cancelled or refunded later, so that its goods were given back or soon will be. */
const isGivenBack = ({ step }: Checkout): boolean => step === 'undone' || step === 'restocking' || step === 'unbooking';

/** The order is pending again: its confirmation or its cancellation was declared void. */
function onPendingAgain(state: BegunCheckout, body: CompareCheckout['body']): CheckoutReaction {
  if (!isOver(state) && !isGivenBack(state) && state.step !== 'reopened')
    // The saga may be waiting for the event that is now void, so it sends its requests again.
    return keepStep(state, 'compared with the order: still on its way, asked again', requestsOf(state));
  if (body.unwantedBy) return goBack(state, body.unwantedBy === 'staff' ? 'STAFF' : 'CUSTOMER', 'to be cancelled');
  // Everything was given back before the order was closed. The same steps run again, and the last one closes the order
  // again.
  if (state.step === 'given-up') return goBack(state, state.why, 'to be closed again');
  return reopen(body, true, 'the order is pending again');
}

const goBack = (
  state: BegunCheckout,
  why: Extract<Checkout, { step: 'voiding' }>['why'],
  note: string,
): CheckoutReaction =>
  startStep({ step: 'voiding', orderId: orderIdOf(state), why, asked: 0 }, `compared with the order: ${note}`);

function reopen(
  { orderId, lines, total, method }: CompareCheckout['body'],
  pending: boolean,
  note: string,
): CheckoutReaction {
  // The card's token was dropped. Payments reports the payment that exists, and takes no new one.
  const basket: Basket = { orderId, lines, total, method, token: null };
  return keepStep({ step: 'reopened', basket, pending }, `needs attention: ${note}`);
}

/** The order's stream now says that the order ended without being paid. So all money and all goods go back. */
function onCancelledUnpaid(state: BegunCheckout): CheckoutReaction {
  if (!isOver(state) && !isGivenBack(state) && state.step !== 'reopened')
    return keepStep(state, 'compared with the order: still on its way back');
  const orderId = orderIdOf(state);
  const why = state.step === 'given-up' ? state.why : 'STAFF';
  const waste = 'waste' in state && state.waste;
  const over = startStep({ step: 'given-up', orderId, why }, 'compared with the order: whatever is left goes back');
  return {
    ...over,
    asks: [voidPaymentRequest(orderId, why), new ReleaseStock({ orderId, reason: why, ...(waste && { waste }) })],
  };
}

/**
 * Staff decided that the order continues. A pending order is confirmed with the payment that exists. Any other order
 * stays as it is.
 */
export function continueReopened(
  { basket, pending }: Extract<Checkout, { step: 'reopened' }>,
  message: RetryCheckout,
): CheckoutReaction {
  const { orderId, method } = basket;
  if (!pending) return startStep({ step: 'confirmed', orderId, method }, noteByStaff('left as it is', message));
  const paying: Checkout = { step: 'paying', basket, unknown: false, asked: 0 };
  return { ...startStep(paying, noteByStaff('taken up again', message)), timers: [waitsTimer(orderId, 0)] };
}
