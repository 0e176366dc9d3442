import { ReleaseStock } from '#contracts/inventory';
import { noteByStaff } from './asking-again';
import { ReviewOrder, type CompareCheckout, type RetryCheckout } from './checkout-messages';
import { startStep, orderIdOf, keepStep, waitsTimer, type CheckoutReaction } from './checkout-moves';
import { requestsOf, isOver, voidPaymentRequest, type Basket, type Checkout } from './checkout-steps';
import { confirmedMethodOf, giveUp, onCancellationRequested } from './compensation';

type BegunCheckout = Exclude<Checkout, { step: 'waiting' }>;
type StreamState = CompareCheckout['body'];

/**
 * Compares the checkout with the order's stream. The two differ if an event that the checkout had caused was declared
 * void, or if a message to the checkout was lost. After a lost message, the checkout does what it would have done with
 * that message. If the message still comes later, nothing is done twice.
 */
export function compareWithOrder(state: Checkout, message: CompareCheckout): CheckoutReaction {
  const reaction = withTimer(compare(state, message.body), message.body);
  return { ...reaction, note: noteByStaff(reaction.note, message) };
}

/** Perhaps the timer was lost too, so it is set again. A parked checkout waits for staff, and needs no timer. */
function withTimer(reaction: CheckoutReaction, { orderId }: StreamState): CheckoutReaction {
  const { state, timers } = reaction;
  if (!('asked' in state) || state.parked !== undefined || timers.some(({ name }) => name === 'waits')) return reaction;
  return { ...reaction, timers: [...timers, waitsTimer(orderId, state.asked)] };
}

function compare(state: Checkout, body: StreamState): CheckoutReaction {
  const { orderId, by, reason } = body;
  if (body.step !== undefined && body.step !== state.step) {
    // Perhaps the order has changed too, for example because it was confirmed. So its current state is needed.
    const again = new ReviewOrder({ orderId, ...(by !== undefined && { by, reason: reason ?? null }) });
    return keepStep(state, 'the checkout changed while the order was read: to be compared again', [again]);
  }
  if (state.step === 'waiting') return onNotBegun(state, body);
  if (body.status === 'pending') return onPending(state, body);
  return body.wasConfirmed ? onConfirmedBefore(state, body) : onCancelledUnpaid(state);
}

/**
 * The message OrderPlaced was lost, so the checkout has taken nothing. If nobody cancelled the order, it is closed as
 * overdue: the customer has waited too long, and must not be charged now.
 */
function onNotBegun(state: Extract<Checkout, { step: 'waiting' }>, body: StreamState): CheckoutReaction {
  const { orderId } = body;
  if (body.status !== 'pending') return keepStep(state, 'compared with the order: the checkout has not begun');
  const why = state.cancelled ?? cancellationOf(body) ?? 'OVERDUE';
  const note = 'compared with the order: the checkout never began, so the order is closed';
  return startStep({ step: 'closing', orderId, why, asked: 0 }, note);
}

const cancellationOf = ({ unwantedBy }: StreamState) =>
  unwantedBy === null ? undefined : unwantedBy === 'staff' ? 'STAFF' : 'CUSTOMER';

/** The order was confirmed, and perhaps it was cancelled or refunded later. */
function onConfirmedBefore(state: BegunCheckout, body: StreamState): CheckoutReaction {
  if (isGivenBack(state))
    return body.inHand
      ? reopen(body, false, 'the order continues, although its goods were given back')
      : keepStep(state, 'compared with the order');
  const method = confirmedMethodOf(state);
  if (method === undefined) return keepStep(state, 'compared with the order');
  if (body.goods !== undefined) return giveGoodsBack(body, method);
  if (state.step === 'confirming' || (state.step === 'reopened' && state.pending))
    return startStep({ step: 'confirmed', orderId: body.orderId, method }, 'compared with the order: it is confirmed');
  return keepStep(state, 'compared with the order');
}

/** The order was cancelled, or ended by a refund. The saga of the refunds gives back money that was paid by card. */
function giveGoodsBack({ orderId, status, goods }: StreamState, method: 'card' | 'cash'): CheckoutReaction {
  const cancelled = status === 'cancelled';
  const step = cancelled && method === 'cash' ? 'unbooking' : 'restocking';
  const next: Checkout = {
    ...{ step, orderId, asked: 0 },
    ...(!cancelled && { why: 'REFUNDED' }),
    ...(goods === 'waste' && { waste: true }),
  };
  return startStep(next, 'compared with the order: it has ended');
}

/** True if a confirmed order was cancelled or refunded later, so that its goods were given back or soon will be. */
const isGivenBack = ({ step }: Checkout): boolean => step === 'undone' || step === 'restocking' || step === 'unbooking';

const isRunning = (state: BegunCheckout): boolean => !isOver(state) && !isGivenBack(state) && state.step !== 'reopened';

/** The order is pending, or pending again because its confirmation or its cancellation was declared void. */
function onPending(state: BegunCheckout, body: StreamState): CheckoutReaction {
  const cancellation = cancellationOf(body);
  if (isRunning(state)) {
    const cancelled = cancellation && onCancellationRequested(state, body.orderId, cancellation);
    if (cancelled && cancelled.state !== state) return cancelled;
    // Perhaps the event that is now void was the answer to the saga's request, so the saga sends the request again.
    return keepStep(state, 'compared with the order: still on its way, asked again', requestsOf(state));
  }
  if (cancellation) return compensateOrder(state, cancellation, 'to be cancelled');
  // Everything was given back before the order was closed. The steps of giving back run again, and the last of these
  // steps closes the order again.
  if (state.step === 'given-up') return compensateOrder(state, state.why, 'to be closed again');
  return reopen(body, true, 'the order is pending again');
}

const compensateOrder = (
  state: BegunCheckout,
  why: Extract<Checkout, { step: 'voiding' }>['why'],
  note: string,
): CheckoutReaction =>
  startStep({ step: 'voiding', orderId: orderIdOf(state), why, asked: 0 }, `compared with the order: ${note}`);

function reopen({ orderId, lines, total, method }: StreamState, pending: boolean, note: string): CheckoutReaction {
  // The checkout no longer has the card's token. It needs no token: payments reports the existing payment, and takes no
  // new payment.
  const basket: Basket = { orderId, lines, total, method, token: null };
  return keepStep({ step: 'reopened', basket, pending }, `needs attention: ${note}`);
}

/** According to the stream, the order was cancelled and does not count as paid. So all money and all goods go back. */
function onCancelledUnpaid(state: BegunCheckout): CheckoutReaction {
  const orderId = orderIdOf(state);
  if (state.step === 'closing') return giveUp(state, state.why);
  if (isRunning(state)) {
    const compensation = onCancellationRequested(state, orderId, 'STAFF');
    return compensation.state === state
      ? keepStep(state, 'compared with the order: still on its way back')
      : compensation;
  }
  const why = state.step === 'given-up' ? state.why : 'STAFF';
  const waste = 'waste' in state && state.waste;
  const reaction = startStep({ step: 'given-up', orderId, why }, 'compared with the order: whatever is left goes back');
  return {
    ...reaction,
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
