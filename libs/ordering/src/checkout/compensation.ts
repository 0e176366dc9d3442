import type { Uuid } from '#kernel';
import type { CancellationCode, OrderCancelled, OrderRefundRequested } from '#contracts/ordering';
import { ReleaseStock } from '#contracts/inventory';
import type { PaymentVoided } from '#contracts/payments';
import { startStep, orderIdOf, keepStep, waitsTimer, type CheckoutReaction } from './checkout-moves';
import { ReviewOrder } from './checkout-messages';
import { recordReversalRequest, type Checkout } from './checkout-steps';

/**
 * The order can no longer be confirmed, because its stream accepted the cancellation request while the order was
 * pending. A `ConfirmOrder` that arrives later finds the request in the stream, and confirms nothing.
 */
export function onCancellationRequested(state: Checkout, orderId: Uuid, why: CancellationCode): CheckoutReaction {
  switch (state.step) {
    case 'waiting':
      return {
        ...keepStep({ ...state, cancelled: why }, 'cancellation requested, received before the order'),
        timers: [waitsTimer(orderId, 0)],
      };
    case 'reserving':
      return startStep({ step: 'releasing', orderId: state.basket.orderId, why, asked: 0 }, 'cancellation requested');
    case 'paying':
    case 'committing':
    case 'confirming':
      return startStep({ step: 'voiding', orderId: orderIdOf(state), why, asked: 0 }, 'cancellation requested');
    case 'reopened':
      return startStep(
        { step: 'voiding', orderId: orderIdOf(state), why, asked: 0 },
        'cancellation requested, after an event was declared void',
      );
    case 'confirmed':
    case 'undone':
      // The stream accepts a cancellation request only while the order is pending. So one of the order's events was
      // declared void.
      return keepStep(state, 'cancellation requested, although the checkout is over: compared with the order', [
        new ReviewOrder({ orderId: state.orderId }),
      ]);
    default:
      return keepStep(state, 'cancellation requested, received again or too late');
  }
}

/**
 * The checkout has taken too long, so it gives back what it has taken. In the step `confirming` it continues, because
 * it waits only for its own context.
 */
export function onOverdue(state: Checkout): CheckoutReaction {
  switch (state.step) {
    case 'reserving':
      return startStep({ step: 'releasing', orderId: state.basket.orderId, why: 'OVERDUE', asked: 0 }, 'overdue');
    case 'paying': {
      const why = state.unknown ? 'PAYMENT_UNRESOLVED' : 'OVERDUE';
      return startStep({ step: 'voiding', orderId: state.basket.orderId, why, asked: 0 }, 'overdue');
    }
    case 'committing':
      return startStep({ step: 'voiding', orderId: state.orderId, why: 'OVERDUE', asked: 0 }, 'overdue');
    default:
      return keepStep(state, 'overdue: nothing to do any more');
  }
}

/**
 * Only the answer `PaymentVoided` proves that the shop keeps no money. If the provider does not know a payment, the
 * charge can still reach the provider later.
 */
export function onPaymentVoided(state: Checkout, { body }: PaymentVoided): CheckoutReaction {
  const reversed = body.refunded.amount > 0 ? { reversed: body.refunded } : {};
  const note = `payment voided, ${body.refunded.amount} given back`;
  if (state.step === 'voiding') return startStep({ ...state, ...reversed, step: 'releasing', asked: 0 }, note);
  if (state.step === 'releasing' || state.step === 'closing') return keepStep({ ...state, ...reversed }, note);
  if (state.step === 'given-up' && reversed.reversed)
    return keepStep(state, note, [recordReversalRequest(state.orderId, reversed.reversed)]);
  if (state.step === 'unbooking')
    return startStep({ ...state, step: 'restocking', asked: 0 }, 'the amount due in cash is cancelled');
  if (state.step === 'paying') {
    const { orderId } = state.basket; // payments voided the payment without a request
    return startStep({ step: 'releasing', orderId, why: 'PAYMENT_UNRESOLVED', ...reversed, asked: 0 }, note);
  }
  return keepStep(state, 'payment voided, received again');
}

export function onStockReleased(state: Checkout): CheckoutReaction {
  if (state.step === 'releasing') return startStep({ ...state, step: 'closing', asked: 0 }, 'stock released');
  if (state.step === 'restocking') {
    const note = state.waste ? 'goods written off as waste' : 'goods back on the shelf';
    return startStep({ step: 'undone', orderId: state.orderId }, note);
  }
  return keepStep(state, 'stock released, received again');
}

export function onCancelled(state: Checkout, { body }: OrderCancelled): CheckoutReaction {
  const { orderId, code: why, wasConfirmed, restock } = body;
  if (!wasConfirmed)
    return state.step === 'closing' ? giveUp(state, why) : keepStep(state, 'cancelled, received again');
  const method = confirmedMethodOf(state);
  if (method === undefined) return keepStep(state, 'cancelled, received again');
  // Money that was paid by card goes back as a refund, which the order's stream has requested. Cash was not taken yet,
  // so payments only cancels the amount that was due.
  const step = method === 'cash' ? 'unbooking' : 'restocking';
  const next: Checkout = { step, orderId, asked: 0, ...(restock === false && { waste: true }) };
  return { ...startStep(next, `cancelled after all: ${why}`), timers: [waitsTimer(orderId, 0)] };
}

/**
 * Returns the payment method in the steps in which the order is confirmed, or perhaps is confirmed already. Returns
 * undefined in all other steps.
 */
export function confirmedMethodOf(state: Checkout): 'card' | 'cash' | undefined {
  if (state.step === 'confirmed') return state.method;
  if (state.step === 'confirming') return state.payment.method;
  return state.step === 'reopened' ? state.basket.method : undefined;
}

/**
 * A refund decides where the goods go if it ended the order, or if the customer brought the goods back. The saga of the
 * refunds handles the money.
 */
export function onRefundRequested(
  state: Checkout,
  { body: { orderId, restock } }: OrderRefundRequested,
): CheckoutReaction {
  if (restock === undefined) return keepStep(state, 'a refund that leaves the goods where they are');
  if (confirmedMethodOf(state) === undefined) return keepStep(state, 'a refund, received again');
  const next: Checkout = { step: 'restocking', orderId, why: 'REFUNDED', asked: 0, ...(!restock && { waste: true }) };
  return { ...startStep(next, 'refunded after all'), timers: [waitsTimer(orderId, 0)] };
}

/**
 * If money was given back after `CloseOrder` was sent, perhaps OrderCancelled does not report it. So the money is
 * recorded separately.
 */
export function giveUp(
  { orderId, why, reversed }: Extract<Checkout, { step: 'closing' }>,
  code: CancellationCode,
): CheckoutReaction {
  const reaction = startStep({ step: 'given-up', orderId, why }, `cancelled: ${code}`);
  return reversed ? { ...reaction, asks: [...reaction.asks, recordReversalRequest(orderId, reversed)] } : reaction;
}

/**
 * Goods that are reserved after the checkout has given up go back at once. In the step `voiding` nothing is sent,
 * because the next step releases the goods.
 */
export function onLateGoods(state: Checkout, orderId: Uuid, note: string): CheckoutReaction {
  if (state.step === 'releasing' || state.step === 'closing' || state.step === 'given-up')
    return keepStep(state, `${note}: they go back`, [new ReleaseStock({ orderId, reason: state.why })]);
  return keepStep(state, note);
}
