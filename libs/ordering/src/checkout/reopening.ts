import { ReleaseStock } from '#contracts/inventory';
import { byHand } from './asking-again';
import type { CompareCheckout, RetryCheckout } from './checkout-messages';
import { go, orderOf, stay, waits, type Heard } from './checkout-moves';
import { asksOf, isOver, voidPayment, type Basket, type Checkout } from './checkout-steps';

type Begun = Exclude<Checkout, { step: 'waiting' }>;

/**
 * Compares the checkout with the order's stream. They differ if an event that the checkout had caused was declared
 * void. A checkout that is still running finishes first.
 */
export function compared(state: Checkout, { body }: CompareCheckout): Heard {
  if (state.step === 'waiting') return stay(state, 'compared with the order: the checkout has not begun');
  if (body.status === 'pending') return pendingAgain(state, body);
  if (body.status === 'cancelled' && !body.wasConfirmed) return cancelledUnpaid(state);
  if (isGivenBack(state) && body.inHand) return reopened(body, false, 'the order goes on, its goods were given back');
  return stay(state, 'compared with the order');
}

/** True if a confirmed order was cancelled or refunded later, so that its goods were given back or soon will be. */
const isGivenBack = ({ step }: Checkout): boolean => step === 'undone' || step === 'restocking' || step === 'unbooking';

/** The order is pending again: its confirmation or its cancellation was declared void. */
function pendingAgain(state: Begun, body: CompareCheckout['body']): Heard {
  if (!isOver(state) && !isGivenBack(state) && state.step !== 'reopened')
    // The saga may be waiting for the event that is now void, so it sends its requests again.
    return stay(state, 'compared with the order: still on its way, asked again', asksOf(state));
  if (body.unwantedBy) return back(state, body.unwantedBy === 'staff' ? 'STAFF' : 'CUSTOMER', 'to be cancelled');
  // Everything was given back before the order was closed. The same steps run again, and the last one closes the order
  // again.
  if (state.step === 'given-up') return back(state, state.why, 'to be closed again');
  return reopened(body, true, 'the order is pending again');
}

const back = (state: Begun, why: Extract<Checkout, { step: 'voiding' }>['why'], note: string): Heard =>
  go({ step: 'voiding', orderId: orderOf(state), why, asked: 0 }, `compared with the order: ${note}`);

function reopened({ orderId, lines, total, method }: CompareCheckout['body'], pending: boolean, note: string): Heard {
  // The card's token was dropped. Payments reports the payment that exists, and takes no new one.
  const basket: Basket = { orderId, lines, total, method, token: null };
  return stay({ step: 'reopened', basket, pending }, `needs attention: ${note}`);
}

/** The order's stream now says that the order ended without being paid. So all money and all goods go back. */
function cancelledUnpaid(state: Begun): Heard {
  if (!isOver(state) && !isGivenBack(state) && state.step !== 'reopened')
    return stay(state, 'compared with the order: still on its way back');
  const orderId = orderOf(state);
  const why = state.step === 'given-up' ? state.why : 'STAFF';
  const waste = 'waste' in state && state.waste;
  const over = go({ step: 'given-up', orderId, why }, 'compared with the order: whatever is left goes back');
  return {
    ...over,
    asks: [voidPayment(orderId, why), new ReleaseStock({ orderId, reason: why, ...(waste && { waste }) })],
  };
}

/**
 * Staff decided that the order continues. A pending order is confirmed with the payment that exists. Any other order
 * stays as it is.
 */
export function takenUp({ basket, pending }: Extract<Checkout, { step: 'reopened' }>, heard: RetryCheckout): Heard {
  const { orderId, method } = basket;
  if (!pending) return go({ step: 'confirmed', orderId, method }, byHand('left as it is', heard));
  const paying: Checkout = { step: 'paying', basket, unknown: false, asked: 0 };
  return { ...go(paying, byHand('taken up again', heard)), timers: [waits(orderId, 0)] };
}
