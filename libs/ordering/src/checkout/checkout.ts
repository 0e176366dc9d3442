import {
  OrderCancellationRequested,
  OrderCancelled,
  OrderConfirmed,
  OrderPlaced,
  OrderRefundRequested,
} from '#contracts/ordering';
import { StockCommitRefused, StockCommitted, StockReleased, StockReserved, StockShort } from '#contracts/inventory';
import { PaymentDeclined, PaymentTaken, PaymentUnknown, PaymentVoided } from '#contracts/payments';
import type { Payment } from '../confirm-order/confirm-order';
import { demandOf } from '../model/demand';
import {
  CheckoutOverdue,
  CheckoutWaits,
  CompareCheckout,
  RetryCheckout,
  ReviewOrder,
  WindBackAsked,
} from './checkout-messages';
import { go, overdue, stay, waits, type CheckoutHears, type Heard } from './checkout-moves';
import { voidPayment, type Basket, type Checkout } from './checkout-steps';
import { askAgain, byHand, retried, waitingAfresh } from './asking-again';
import { compared, takenUp } from './reopening';
import { cancelled, goodsCameLate, late, refundAsked, released, unwanted, voided } from './winding-back';

/**
 * The checkout as a pure function: the next state and the requests for each message. Messages may come late, more than
 * once and in any order.
 */
export function hear(state: Checkout, heard: CheckoutHears, reservationSeconds: number): Heard {
  return waitingAfresh(state, decide(state, heard, reservationSeconds));
}

function decide(state: Checkout, heard: CheckoutHears, reservationSeconds: number): Heard {
  if (heard instanceof OrderPlaced) return placed(state, heard, reservationSeconds);
  if (heard instanceof OrderCancellationRequested)
    return unwanted(state, heard.body.by === 'staff' ? 'STAFF' : 'CUSTOMER');
  if (heard instanceof OrderCancelled) return cancelled(state, heard);
  if (heard instanceof OrderRefundRequested) return refundAsked(state, heard);
  if (heard instanceof CheckoutOverdue) return late(state);
  if (heard instanceof CheckoutWaits) return askAgain(state, heard);
  if (heard instanceof RetryCheckout) return state.step === 'reopened' ? takenUp(state, heard) : retried(state, heard);
  if (heard instanceof CompareCheckout) return compared(state, heard);
  if (heard instanceof WindBackAsked) return stay(state, byHand('to be wound back', heard));
  if (heard instanceof OrderConfirmed) return confirmed(state, heard);
  if (heard instanceof StockReserved || heard instanceof StockShort) return reserved(state, heard);
  if (heard instanceof StockCommitted || heard instanceof StockCommitRefused) return committed(state, heard);
  if (heard instanceof StockReleased) return released(state);
  if (heard instanceof PaymentVoided) return voided(state, heard);
  return paid(state, heard);
}

function placed(state: Checkout, { body }: OrderPlaced, reservationSeconds: number): Heard {
  if (state.step !== 'waiting') return stay(state, 'the order was known already');
  const { orderId, items, total, payment } = body;
  const timers = [waits(orderId, 0), overdue(orderId, reservationSeconds)];
  if (state.cancelled) {
    const closing: Checkout = { step: 'closing', orderId, why: state.cancelled, asked: 0 };
    return { ...go(closing, 'placed, after its cancellation was requested'), timers: timers.slice(0, 1) };
  }
  const basket: Basket = { orderId, lines: demandOf(items), total, method: payment.method, token: payment.token };
  return { ...go({ step: 'reserving', basket, asked: 0 }, `placed: ${body.number}`), timers };
}

function reserved(state: Checkout, heard: StockReserved | StockShort): Heard {
  if (heard instanceof StockShort) {
    if (state.step !== 'reserving') return stay(state, 'stock short, received late');
    const short = heard.body.short.map(({ sku, available }) => `${sku}: ${available} left`).join(', ');
    return go({ step: 'closing', orderId: heard.body.orderId, why: 'OUT_OF_STOCK', asked: 0 }, `stock short: ${short}`);
  }
  if (state.step === 'reserving')
    return go({ step: 'paying', basket: state.basket, unknown: false, asked: 0 }, 'stock reserved');
  return goodsCameLate(state, heard.body.orderId, 'stock reserved, received late');
}

function paid(state: Checkout, heard: PaymentTaken | PaymentDeclined | PaymentUnknown): Heard {
  if (state.step === 'paying') return paidInTime(state, heard);
  if (heard instanceof PaymentUnknown && state.step === 'voiding') return stay(state, unknownNote(heard));
  if (!(heard instanceof PaymentTaken)) return stay(state, 'result of the payment, received late');
  const { orderId } = heard.body;
  if (state.step === 'releasing' || state.step === 'closing' || state.step === 'given-up')
    return stay(state, 'paid after the checkout gave up: the money goes back', [voidPayment(orderId, state.why)]);
  return stay(state, 'paid, received again');
}

const unknownNote = ({ body: { reason } }: PaymentUnknown) =>
  `the result of the payment is unknown; payments keeps asking the provider${reason ? `: ${reason}` : ''}`;

function paidInTime(
  state: Extract<Checkout, { step: 'paying' }>,
  heard: PaymentTaken | PaymentDeclined | PaymentUnknown,
): Heard {
  if (heard instanceof PaymentUnknown) return stay({ ...state, unknown: true }, unknownNote(heard));
  if (heard instanceof PaymentDeclined) {
    const why = heard.body.code === 'unavailable' ? 'PAYMENT_UNAVAILABLE' : 'PAYMENT_DECLINED';
    const { orderId, reason, reversed } = heard.body;
    const releasing: Checkout = { step: 'releasing', orderId, why, ...(reversed && { reversed }), asked: 0 };
    return go(releasing, `not paid: ${reason}`);
  }
  const { orderId, paymentId, method, provider, chargeId, amount } = heard.body;
  const payment: Payment = { paymentId, method, provider, chargeId, amount };
  return go({ step: 'committing', orderId, payment, asked: 0 }, method === 'cash' ? 'to be paid in cash' : 'paid');
}

function committed(state: Checkout, heard: StockCommitted | StockCommitRefused): Heard {
  const { orderId } = heard.body;
  if (state.step === 'committing') {
    if (heard instanceof StockCommitted) return go({ ...state, step: 'confirming', asked: 0 }, 'stock committed');
    return go({ step: 'voiding', orderId, why: 'OUT_OF_STOCK', asked: 0 }, `commit refused: ${heard.body.reason}`);
  }
  if (heard instanceof StockCommitted) return goodsCameLate(state, orderId, 'stock committed, received late');
  return stay(state, 'commit refused, received late');
}

/** The version of `OrderConfirmed` if it directly follows `OrderPlaced`. */
const USUAL_VERSION = 2;

function confirmed(state: Checkout, { body: { orderId, version } }: OrderConfirmed): Heard {
  if (state.step !== 'confirming' && state.step !== 'reopened') return stay(state, 'confirmed, received again');
  const method = state.step === 'reopened' ? state.basket.method : state.payment.method;
  const over = go({ step: 'confirmed', orderId, method }, 'confirmed');
  // The order may be confirmed for the second time, because the first confirmation was declared void. Then earlier
  // refunds must be recorded again.
  return version > USUAL_VERSION ? { ...over, asks: [new ReviewOrder({ orderId })] } : over;
}
