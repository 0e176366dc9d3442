import { minus, nothing } from '#kernel';
import { hasEnded, type Order, type OrderEvent, type ConfirmedOrder } from '../model/order';
import { OrderOnHold } from '../hold-order/hold-order';
import { CannotAdvance, OrderNotFound } from '../model/order-errors';

export const steps = ['accept', 'prepare', 'ready', 'complete'] as const;
export type Step = (typeof steps)[number];

type Status = ConfirmedOrder['status'];
const rules: Record<Step, { readonly from: Status; readonly to: Status }> = {
  accept: { from: 'confirmed', to: 'accepted' },
  prepare: { from: 'accepted', to: 'preparing' },
  ready: { from: 'preparing', to: 'ready' },
  complete: { from: 'ready', to: 'completed' },
};

/** The codes of the refusals that the rule throws. */
export const refusalCodes = ['NOT_FOUND', 'WRONG_STATUS', 'ORDER_ON_HOLD'] as const;

/** A barista moves the order to the next step. If the same step is requested again, nothing changes. */
export function advanceOrder(order: Order, step: Step): readonly OrderEvent[] {
  if (order.status === 'unplaced') throw new OrderNotFound();
  const { from, to } = rules[step];
  if (hasEnded(order)) throw new CannotAdvance('refunded', step, from);
  if (order.status === 'on-hold') throw new OrderOnHold();
  if (order.status === to) return [];
  if (order.status !== from) throw new CannotAdvance(order.status, step, from);
  switch (step) {
    case 'accept':
      return [{ type: 'OrderAccepted', data: {} }];
    case 'prepare':
      return [{ type: 'PreparationStarted', data: {} }];
    case 'ready':
      return [{ type: 'OrderReadied', data: {} }];
    case 'complete':
      return [{ type: 'OrderCompleted', data: { collected: cashOwed(order) } }];
  }
}

const cashOwed = (order: ConfirmedOrder) =>
  order.confirmation.method === 'cash' ? minus(order.placed.total, order.paid) : nothing;
