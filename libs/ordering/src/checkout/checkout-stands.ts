import type { Stands } from '../model/stands';
import { isOver, type Checkout } from './checkout-steps';

const waitsFor: Record<Checkout['step'], string | null> = {
  waiting: 'the order',
  reserving: 'inventory to set the goods aside',
  paying: 'payments to take the money',
  committing: 'inventory to take the goods off the shelf',
  confirming: 'the order to be confirmed',
  confirmed: null,
  voiding: 'payments to give the money back',
  releasing: 'inventory to put the goods back',
  closing: 'the order to be closed',
  'given-up': null,
  unbooking: 'payments to cross out what was owed',
  restocking: 'inventory to put the goods back, or to write them off',
  undone: null,
};

/** Somebody should look as soon as one request has brought no answer, although it is asked again for a long time yet. */
function troubleOf(state: Checkout): string | null {
  if (!('asked' in state)) return null;
  if (state.parked !== undefined) return state.parked;
  return state.asked > 0 ? `no answer while ${state.step}, asked ${state.asked + 1} times` : null;
}

/** How a checkout stands, for those who look after it. */
export function checkoutStands(state: Checkout): Stands {
  const attention = troubleOf(state);
  return {
    status: isOver(state) ? 'over' : attention === null ? 'running' : 'needs-attention',
    step: state.step,
    waitingFor: waitsFor[state.step],
    asked: 'asked' in state ? state.asked : 0,
    attention,
  };
}
