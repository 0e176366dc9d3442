import type { Uuid } from '#kernel';
import { MAX_REPEATS, secondsUntilAskedAgain } from '../model/asked-again';
import { ReviewOrder, type CheckoutWaits, type ComparisonAsked, type RetryCheckout } from './checkout-messages';
import { orderIdOf, keepStep, waitsTimer, type CheckoutReaction } from './checkout-moves';
import { requestsOf, needsAnswer, type Checkout } from './checkout-steps';

type Asking = Extract<Checkout, { asked: number }>;
const isAsking = (state: Checkout): state is Asking => 'asked' in state;

/**
 * If no answer has come, the request is sent again. A step that only an answer can end is parked after MAX_REPEATS
 * repeats.
 */
export function askAgain(state: Checkout, { body }: CheckoutWaits): CheckoutReaction {
  if (state.step === 'waiting') return compareWaiting(state, body.orderId);
  if (!isAsking(state)) return keepStep(state, 'no answer is expected');
  if (state.parked !== undefined) return keepStep(state, 'needs attention: no more requests are sent');
  if (needsAnswer(state) && state.asked >= MAX_REPEATS) return park(state);
  const again = { ...state, asked: state.asked + 1 };
  const note = `no answer while ${state.step}: asked again`;
  return { state: again, asks: requestsOf(again), timers: [waitsTimer(body.orderId, again.asked)], note };
}

/**
 * `OrderPlaced` was lost, or is very late. The comparison with the order's stream decides how the checkout continues.
 */
function compareWaiting(state: Extract<Checkout, { step: 'waiting' }>, orderId: Uuid): CheckoutReaction {
  const compared = (state.compared ?? 0) + 1;
  return {
    state: { ...state, compared },
    asks: [new ReviewOrder({ orderId })],
    timers: [waitsTimer(orderId, compared)],
    note: 'the order was not received: to be compared with the order',
  };
}

/**
 * After several repeats, the timer of a step can still run for minutes. So the next step, and always the step
 * `voiding`, gets a new short timer. A missing answer is then noticed within a minute.
 */
export function withRestartedTimer(before: Checkout, reaction: CheckoutReaction): CheckoutReaction {
  const { state, timers } = reaction;
  if (state.step === before.step || !isAsking(state) || timers.some(({ name }) => name === 'waits')) return reaction;
  const waited = isAsking(before) && before.asked > 0;
  return waited || state.step === 'voiding'
    ? { ...reaction, timers: [...timers, waitsTimer(orderIdOf(state), 0)] }
    : reaction;
}

function park(state: Asking): CheckoutReaction {
  const parked = `no answer while ${state.step}, asked ${state.asked + 1} times`;
  return keepStep({ ...state, parked }, `needs attention: ${parked}`);
}

/**
 * Staff asked for a retry. The same requests are sent with the same keys. The first wait for an answer is then the
 * shortest again.
 */
export function retry(state: Checkout, message: RetryCheckout): CheckoutReaction {
  if (state.step === 'confirmed' && state.disputed) {
    const { disputed: _, ...settled } = state;
    return keepStep(settled, noteByStaff('stays confirmed', message));
  }
  if (!isAsking(state)) return keepStep(state, noteByStaff('there is no request to repeat', message));
  const { parked: _, ...rest } = state;
  const again: Asking = { ...rest, asked: 0 };
  const timer = { ...waitsTimer(orderIdOf(again), 0), afterSeconds: secondsUntilAskedAgain(0) };
  return { state: again, asks: requestsOf(again), timers: [timer], note: noteByStaff('asked again', message) };
}

export const noteByStaff = (what: string, { body: { by, reason } }: { body: ComparisonAsked }): string =>
  `${what}${by === undefined ? '' : `, by ${by}${reason ? `: ${reason}` : ''}`}`;
