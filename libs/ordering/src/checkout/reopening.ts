import { ReleaseStock } from '#contracts/inventory';
import { byHand } from './asking-again';
import type { CompareCheckout, RetryCheckout } from './checkout-messages';
import { go, orderOf, stay, waits, type Heard } from './checkout-moves';
import { asksOf, isOver, voidPayment, type Basket, type Checkout } from './checkout-steps';

type Begun = Exclude<Checkout, { step: 'waiting' }>;

/**
 * Compares the checkout with the order's stream. They disagree if an event that the checkout had caused was declared
 * void. A checkout that is not over is finished first.
 */
export function compared(state: Checkout, { body }: CompareCheckout): Heard {
  if (state.step === 'waiting') return stay(state, 'compared with the order: it has not begun');
  if (body.status === 'pending') return pendingAgain(state, body);
  if (body.status === 'cancelled' && !body.wasConfirmed) return cancelledUnpaid(state);
  if (isGivenBack(state) && body.inHand) return reopened(body, false, 'it goes on, and its goods were given back');
  return stay(state, 'compared with the order');
}

/** Its goods were given back or soon will be, because it was cancelled or refunded after it had been confirmed. */
const isGivenBack = ({ step }: Checkout): boolean => step === 'undone' || step === 'restocking' || step === 'unbooking';

/** A confirmation or a cancellation of the order no longer counts. */
function pendingAgain(state: Begun, body: CompareCheckout['body']): Heard {
  if (!isOver(state) && !isGivenBack(state) && state.step !== 'reopened')
    // The saga may wait for the event that is void now, so it asks again.
    return stay(state, 'compared with the order: still on its way, asked again', asksOf(state));
  if (body.unwantedBy) return back(state, body.unwantedBy === 'staff' ? 'STAFF' : 'CUSTOMER', 'unwanted');
  // Everything went back before the order was closed. It is closed again, after each context was asked again to give
  // back.
  if (state.step === 'given-up') return back(state, state.why, 'to be closed again');
  return reopened(body, true, 'it is pending again');
}

const back = (state: Begun, why: Extract<Checkout, { step: 'voiding' }>['why'], note: string): Heard =>
  go({ step: 'voiding', orderId: orderOf(state), why, asked: 0 }, `compared with the order: ${note}`);

function reopened({ orderId, lines, total, method }: CompareCheckout['body'], pending: boolean, note: string): Heard {
  // The card's token is gone. Payments answers for its existing payment, and takes no new one.
  const basket: Basket = { orderId, lines, total, method, token: null };
  return stay({ step: 'reopened', basket, pending }, `needs attention: ${note}`);
}

/**
 * The order's stream now says that it ended without being paid. So payments may keep no money, and all goods go back.
 */
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
 * Staff decided that the order continues. A pending order is confirmed with its existing payment. Any other order stays
 * as it is.
 */
export function takenUp({ basket, pending }: Extract<Checkout, { step: 'reopened' }>, heard: RetryCheckout): Heard {
  const { orderId, method } = basket;
  if (!pending) return go({ step: 'confirmed', orderId, method }, byHand('left as it is', heard));
  const paying: Checkout = { step: 'paying', basket, unknown: false, asked: 0 };
  return { ...go(paying, byHand('taken up again', heard)), timers: [waits(orderId, 0)] };
}
