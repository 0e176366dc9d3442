import type { Uuid } from '#kernel';
import type { CancellationCode, OrderCancelled, OrderRefundRequested } from '#contracts/ordering';
import { ReleaseStock } from '#contracts/inventory';
import type { PaymentVoided } from '#contracts/payments';
import { go, orderOf, stay, waits, type Heard } from './checkout-moves';
import { recordReversal, type Checkout } from './checkout-steps';

/**
 * Once this is heard the order is never confirmed any more: the stream took the wish while it was pending, and a
 * ConfirmOrder that is under way will find it there.
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
    default:
      return stay(state, 'unwanted, heard again or too late');
  }
}

/** Overdue before the end of the road: back. While confirming there is nobody left to wait for but ourselves. */
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

/** Only now is it certain that no money is kept: "not found" at the provider would not have proved that none will be taken. */
export function voided(state: Checkout, { body }: PaymentVoided): Heard {
  const reversed = body.refunded.amount > 0 ? { reversed: body.refunded } : {};
  const note = `payment voided, ${body.refunded.amount} given back`;
  if (state.step === 'voiding') return go({ ...state, ...reversed, step: 'releasing', asked: 0 }, note);
  if (state.step === 'releasing' || state.step === 'closing') return stay({ ...state, ...reversed }, note);
  if (state.step === 'given-up' && reversed.reversed)
    return stay(state, note, [recordReversal(state.orderId, reversed.reversed)]);
  if (state.step === 'unbooking') return go({ ...state, step: 'restocking', asked: 0 }, 'what was owed is crossed out');
  if (state.step === 'paying') {
    const { orderId } = state.basket; // the provider gave up before we did
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
  if (state.step !== 'confirmed' && state.step !== 'confirming') return stay(state, 'cancelled, heard again');
  const method = state.step === 'confirmed' ? state.method : state.payment.method;
  // A card's money goes back as a refund, which the stream has asked for; cash was never taken, so what is owed is crossed out.
  const step = method === 'cash' ? 'unbooking' : 'restocking';
  const next: Checkout = { step, orderId, asked: 0, ...(restock === false && { waste: true }) };
  return { ...go(next, `cancelled after all: ${why}`), timers: [waits(orderId, 0)] };
}

/** A refund that decides about the goods: it ended the order, or the customer brought them back. Its money goes its own way. */
export function refundAsked(state: Checkout, { body: { orderId, restock } }: OrderRefundRequested): Heard {
  if (restock === undefined) return stay(state, 'a refund that leaves the goods where they are');
  if (state.step !== 'confirmed' && state.step !== 'confirming') return stay(state, 'a refund, heard again');
  const next: Checkout = { step: 'restocking', orderId, why: 'REFUNDED', asked: 0, ...(!restock && { waste: true }) };
  return { ...go(next, 'refunded after all'), timers: [waits(orderId, 0)] };
}

/** What went back after the order was asked to close may not stand in its cancellation. */
function givenUp({ orderId, why, reversed }: Extract<Checkout, { step: 'closing' }>, code: CancellationCode): Heard {
  const over = go({ step: 'given-up', orderId, why }, `cancelled: ${code}`);
  return reversed ? { ...over, asks: [...over.asks, recordReversal(orderId, reversed)] } : over;
}

/** Goods set aside for an order that was given up go back; one that is still winding back will come to that anyway. */
export function goodsCameLate(state: Checkout, orderId: Uuid, note: string): Heard {
  if (state.step === 'releasing' || state.step === 'closing' || state.step === 'given-up')
    return stay(state, `${note}: they go back`, [new ReleaseStock({ orderId, reason: state.why })]);
  return stay(state, note);
}
