import { MOST_ASKED, secondsUntilAskedAgain } from '../model/asked-again';
import type { CheckoutWaits, RetryCheckout } from './checkout-messages';
import { orderOf, stay, waits, type Heard } from './checkout-moves';
import { asksOf, hasNoWayOut, type Checkout } from './checkout-steps';

type Asking = Extract<Checkout, { asked: number }>;
const isAsking = (state: Checkout): state is Asking => 'asked' in state;

/**
 * No answer has come, so the request is sent again. After MOST_ASKED repeats, a step that only an answer can end is
 * parked.
 */
export function askAgain(state: Checkout, { body }: CheckoutWaits): Heard {
  if (!isAsking(state)) return stay(state, 'no answer is expected');
  if (state.parked !== undefined) return stay(state, 'needs attention: no more requests are sent');
  if (hasNoWayOut(state) && state.asked >= MOST_ASKED) return park(state);
  const again = { ...state, asked: state.asked + 1 };
  const note = `no answer while ${state.step}: asked again`;
  return { state: again, asks: asksOf(again), timers: [waits(body.orderId, again.asked)], note };
}

/**
 * After several repeats, the timer of a step may be minutes away. So the step after it, and `voiding`, get a new timer.
 * A missing answer is then noticed within a minute.
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

/**
 * Staff asked for a retry. The same requests are sent with the same keys, and the waiting times start again at the
 * shortest.
 */
export function retried(state: Checkout, heard: RetryCheckout): Heard {
  if (!isAsking(state)) return stay(state, byHand('there is no request to repeat', heard));
  const { parked: _, ...rest } = state;
  const again: Asking = { ...rest, asked: 0 };
  const timer = { ...waits(orderOf(again), 0), afterSeconds: secondsUntilAskedAgain(0) };
  return { state: again, asks: asksOf(again), timers: [timer], note: byHand('asked again', heard) };
}

export const byHand = (what: string, { body: { by, reason } }: { body: RetryCheckout['body'] }): string =>
  `${what}, by ${by}${reason === null ? '' : `: ${reason}`}`;
