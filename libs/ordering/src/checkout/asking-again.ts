import type { CheckoutWaits, RetryCheckout } from './checkout-messages';
import { orderOf, patience, stay, waits, type Heard } from './checkout-moves';
import { asksOf, hasNoWayOut, type Checkout } from './checkout-steps';

/** How often a request is sent again before somebody has to look: three quarters of an hour, as patience grows. */
export const MOST_ASKED = 8;

type Asking = Extract<Checkout, { asked: number }>;
const isAsking = (state: Checkout): state is Asking => 'asked' in state;

/** Nobody answered. Asked again, until it is plain that asking does not help. */
export function askAgain(state: Checkout, { body }: CheckoutWaits): Heard {
  if (!isAsking(state)) return stay(state, 'nothing is waited for');
  if (state.parked !== undefined) return stay(state, 'needs attention, and is asked no more');
  if (hasNoWayOut(state) && state.asked >= MOST_ASKED) return park(state);
  const again = { ...state, asked: state.asked + 1 };
  const note = `no answer while ${state.step}: asked again`;
  return { state: again, asks: asksOf(again), timers: [waits(body.orderId, again.asked)], note };
}

/**
 * The timer of a step that was left unanswered may be minutes away. A next step, and the way back through the provider, have a
 * timer of their own, so that silence shows within a minute.
 */
export function waitingAfresh(before: Checkout, heard: Heard): Heard {
  const { state, timers } = heard;
  if (state.step === before.step || !isAsking(state) || timers.some(({ name }) => name === 'waits')) return heard;
  const waited = isAsking(before) && before.asked > 0;
  return waited || state.step === 'voiding' ? { ...heard, timers: [...timers, waits(orderOf(state), 0)] } : heard;
}

function park(state: Asking): Heard {
  const parked = `no answer while ${state.step}, asked ${state.asked + 1} times`;
  return stay({ ...state, parked }, `needs attention: ${parked}`);
}

/** Somebody has looked, and wants it tried again: the same requests with the same keys, with all patience anew. */
export function retried(state: Checkout, heard: RetryCheckout): Heard {
  if (!isAsking(state)) return stay(state, byHand('nothing to ask again', heard));
  const { parked: _, ...rest } = state;
  const again: Asking = { ...rest, asked: 0 };
  const timer = { ...waits(orderOf(again), 0), inSeconds: patience(0) };
  return { state: again, asks: asksOf(again), timers: [timer], note: byHand('asked again', heard) };
}

export const byHand = (what: string, { body: { by, reason } }: { body: RetryCheckout['body'] }): string =>
  `${what}, by ${by}${reason === null ? '' : `: ${reason}`}`;
