import type { SagaStatus } from '../model/saga-status';
import { isOver, type Checkout } from './checkout-steps';

const waitsFor: Record<Checkout['step'], string | null> = {
  waiting: 'the order',
  reserving: 'inventory to reserve the goods',
  paying: 'payments to take the money',
  committing: 'inventory to take the goods off the shelf',
  confirming: 'the order to be confirmed',
  confirmed: null,
  voiding: 'payments to give the money back',
  releasing: 'inventory to put the goods back',
  closing: 'the order to be closed',
  'given-up': null,
  unbooking: 'payments to cancel the amount that was due',
  restocking: 'inventory to put the goods back, or to write them off',
  undone: null,
  reopened: 'staff to decide how the order continues',
};

const PENDING_AGAIN =
  'an event of the order was declared void, and the order is pending again: retry to confirm it again with the ' +
  'payment that was taken, or cancel the order to give everything back';
const GIVEN_BACK =
  'an event of the order was declared void, and the order continues although its goods were given back: cancel the ' +
  'order again, or retry to keep it as it is';

const NOT_RECEIVED =
  'the cancellation of the order was received, but not the order: compare the checkout with the order';

const DISPUTED =
  'payments reported that the order is not paid, although it was confirmed as paid: look for the payment at the provider, ' +
  'then cancel the order, or retry to keep it';

/**
 * Why a checkout needs attention. Null if it does not need attention. A checkout needs attention as soon as it has
 * repeated a request once. It continues to repeat the request until it is parked.
 */
function attentionOf(state: Checkout): string | null {
  if (state.step === 'reopened') return state.pending ? PENDING_AGAIN : GIVEN_BACK;
  if (state.step === 'waiting' && state.compared) return NOT_RECEIVED;
  if (state.step === 'confirmed' && state.disputed) return DISPUTED;
  if (!('asked' in state)) return null;
  if (state.parked !== undefined) return state.parked;
  return state.asked > 0 ? `no answer while ${state.step}, asked ${state.asked + 1} times` : null;
}

/** The status of a checkout, for staff. */
export function checkoutStatus(state: Checkout): SagaStatus {
  const attention = attentionOf(state);
  return {
    status: attention !== null ? 'needs-attention' : isOver(state) ? 'over' : 'running',
    step: state.step,
    waitingFor: waitsFor[state.step],
    asked: 'asked' in state ? state.asked : 0,
    attention,
  };
}
