import type { Uuid } from '#kernel';
import type { CancellationCode, OrderCancelled, OrderRefundRequested } from '#contracts/ordering';
import { ReleaseStock } from '#contracts/inventory';
import type { PaymentVoided } from '#contracts/payments';
import { go, orderOf, stay, waits, type Heard } from './checkout-moves';
import { ReviewOrder } from './checkout-messages';
import { recordReversal, type Checkout } from './checkout-steps';

/**
 * After this message the order is never confirmed any more. The stream accepted the cancellation while the order was
 * pending, so a ConfirmOrder that is under way will find it there.
 */
export function unwanted(state: Checkout, why: CancellationCode): Heard {
  switch (state.step) {
    case 'waiting':
      return stay({ step: 'waiting', cancelled: why }, 'unwanted before it was known');
    case 'reserving':
      return go({ step: 'releasing', orderId: state.basket.orderId, why, asked: 0 }, 'unwanted');
    case 'paying':
    case 'committing':
    case 'confirming':
      return go({ step: 'voiding', orderId: orderOf(state), why, asked: 0 }, 'unwanted');
    case 'reopened':
      return go(
        { step: 'voiding', orderId: orderOf(state), why, asked: 0 },
        'unwanted, after an event was declared void',
      );
    case 'confirmed':
    case 'undone':
      // The stream accepts such a request only while the order is pending, so an event of it was declared void.
      return stay(state, 'unwanted, although it is over: compared with the order', [
        new ReviewOrder({ orderId: state.orderId }),
      ]);
    default:
      return stay(state, 'unwanted, heard again or too late');
  }
}

/**
 * The checkout is overdue before the order is confirmed, so it winds back. In `confirming` it only waits for its own
 * context, so it does not wind back.
 */
export function late(state: Checkout): Heard {
  switch (state.step) {
    case 'reserving':
      return go({ step: 'releasing', orderId: state.basket.orderId, why: 'OVERDUE', asked: 0 }, 'overdue');
    case 'paying': {
      const why = state.unknown ? 'PAYMENT_UNRESOLVED' : 'OVERDUE';
      return go({ step: 'voiding', orderId: state.basket.orderId, why, asked: 0 }, 'overdue');
    }
    case 'committing':
      return go({ step: 'voiding', orderId: state.orderId, why: 'OVERDUE', asked: 0 }, 'overdue');
    default:
      return stay(state, 'overdue, which no longer matters');
  }
}

/**
 * Only now is it certain that no money is kept. The provider's "not found" would not prove that no money will be taken.
 */
export function voided(state: Checkout, { body }: PaymentVoided): Heard {
  const reversed = body.refunded.amount > 0 ? { reversed: body.refunded } : {};
  const note = `payment voided, ${body.refunded.amount} given back`;
  if (state.step === 'voiding') return go({ ...state, ...reversed, step: 'releasing', asked: 0 }, note);
  if (state.step === 'releasing' || state.step === 'closing') return stay({ ...state, ...reversed }, note);
  if (state.step === 'given-up' && reversed.reversed)
    return stay(state, note, [recordReversal(state.orderId, reversed.reversed)]);
  if (state.step === 'unbooking') return go({ ...state, step: 'restocking', asked: 0 }, 'what was owed is crossed out');
  if (state.step === 'paying') {
    const { orderId } = state.basket; // the provider gave up before this checkout
    return go({ step: 'releasing', orderId, why: 'PAYMENT_UNRESOLVED', ...reversed, asked: 0 }, note);
  }
  return stay(state, 'payment voided, heard again');
}

export function released(state: Checkout): Heard {
  if (state.step === 'releasing') return go({ ...state, step: 'closing', asked: 0 }, 'stock released');
  if (state.step === 'restocking') {
    const note = state.waste ? 'goods written off as waste' : 'goods back on the shelf';
    return go({ step: 'undone', orderId: state.orderId }, note);
  }
  return stay(state, 'stock released, heard again');
}

export function cancelled(state: Checkout, { body }: OrderCancelled): Heard {
  const { orderId, code: why, wasConfirmed, restock } = body;
  if (!wasConfirmed) return state.step === 'closing' ? givenUp(state, why) : stay(state, 'cancelled, heard again');
  const method = methodOf(state);
  if (method === undefined) return stay(state, 'cancelled, heard again');
  // A card's money goes back as a refund, which the stream has requested. Cash was never taken, so what is owed is
  // cancelled.
  const step = method === 'cash' ? 'unbooking' : 'restocking';
  const next: Checkout = { step, orderId, asked: 0, ...(restock === false && { waste: true }) };
  return { ...go(next, `cancelled after all: ${why}`), timers: [waits(orderId, 0)] };
}

/** The payment method while the customer may have the goods. Undefined at all other steps. */
function methodOf(state: Checkout): 'card' | 'cash' | undefined {
  if (state.step === 'confirmed') return state.method;
  if (state.step === 'confirming') return state.payment.method;
  return state.step === 'reopened' ? state.basket.method : undefined;
}

/**
 * A refund that decides where the goods go: it ended the order, or the customer brought them back. The refund saga
 * handles the money.
 */
export function refundAsked(state: Checkout, { body: { orderId, restock } }: OrderRefundRequested): Heard {
  if (restock === undefined) return stay(state, 'a refund that leaves the goods where they are');
  if (methodOf(state) === undefined) return stay(state, 'a refund, heard again');
  const next: Checkout = { step: 'restocking', orderId, why: 'REFUNDED', asked: 0, ...(!restock && { waste: true }) };
  return { ...go(next, 'refunded after all'), timers: [waits(orderId, 0)] };
}

/** Money that went back after the order was asked to close may be missing in its cancellation. */
function givenUp({ orderId, why, reversed }: Extract<Checkout, { step: 'closing' }>, code: CancellationCode): Heard {
  const over = go({ step: 'given-up', orderId, why }, `cancelled: ${code}`);
  return reversed ? { ...over, asks: [...over.asks, recordReversal(orderId, reversed)] } : over;
}

/**
 * Goods that were set aside for a given-up order go back. An order that still winds back releases them later anyway.
 */
export function goodsCameLate(state: Checkout, orderId: Uuid, note: string): Heard {
  if (state.step === 'releasing' || state.step === 'closing' || state.step === 'given-up')
    return stay(state, `${note}: they go back`, [new ReleaseStock({ orderId, reason: state.why })]);
  return stay(state, note);
}
