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

/** How a checkout stands, for those who look after it. */
export function checkoutStands(state: Checkout): Stands {
  const attention = 'parked' in state ? (state.parked ?? null) : null;
  return {
    status: isOver(state) ? 'over' : attention === null ? 'running' : 'needs-attention',
    step: state.step,
    waitingFor: waitsFor[state.step],
    asked: 'asked' in state ? state.asked : 0,
    attention,
  };
}
