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
import {
  startStep,
  overdueTimer,
  keepStep,
  waitsTimer,
  type CheckoutMessage,
  type CheckoutReaction,
} from './checkout-moves';
import { voidPaymentRequest, type Basket, type Checkout } from './checkout-steps';
import { askAgain, noteByStaff, retry, withRestartedTimer } from './asking-again';
import { compareWithOrder, continueReopened } from './reopening';
import {
  onCancelled,
  onLateGoods,
  onOverdue,
  onRefundRequested,
  onStockReleased,
  onCancellationRequested,
  onPaymentVoided,
} from './winding-back';

/**
 * The checkout as a pure function: the next state and the requests for each message. Messages may come late, more than
 * once and in any order.
 */
export function react(state: Checkout, heard: CheckoutMessage, reservationSeconds: number): CheckoutReaction {
  return withRestartedTimer(state, reactTo(state, heard, reservationSeconds));
}

function reactTo(state: Checkout, heard: CheckoutMessage, reservationSeconds: number): CheckoutReaction {
  if (heard instanceof OrderPlaced) return onPlaced(state, heard, reservationSeconds);
  if (heard instanceof OrderCancellationRequested)
    return onCancellationRequested(state, heard.body.by === 'staff' ? 'STAFF' : 'CUSTOMER');
  if (heard instanceof OrderCancelled) return onCancelled(state, heard);
  if (heard instanceof OrderRefundRequested) return onRefundRequested(state, heard);
  if (heard instanceof CheckoutOverdue) return onOverdue(state);
  if (heard instanceof CheckoutWaits) return askAgain(state, heard);
  if (heard instanceof RetryCheckout)
    return state.step === 'reopened' ? continueReopened(state, heard) : retry(state, heard);
  if (heard instanceof CompareCheckout) return compareWithOrder(state, heard);
  if (heard instanceof WindBackAsked) return keepStep(state, noteByStaff('to be wound back', heard));
  if (heard instanceof OrderConfirmed) return onConfirmed(state, heard);
  if (heard instanceof StockReserved || heard instanceof StockShort) return onStockReserved(state, heard);
  if (heard instanceof StockCommitted || heard instanceof StockCommitRefused) return onStockCommitted(state, heard);
  if (heard instanceof StockReleased) return onStockReleased(state);
  if (heard instanceof PaymentVoided) return onPaymentVoided(state, heard);
  return onPaymentResult(state, heard);
}

function onPlaced(state: Checkout, { body }: OrderPlaced, reservationSeconds: number): CheckoutReaction {
  if (state.step !== 'waiting') return keepStep(state, 'the order was known already');
  const { orderId, items, total, payment } = body;
  const timers = [waitsTimer(orderId, 0), overdueTimer(orderId, reservationSeconds)];
  if (state.cancelled) {
    const closing: Checkout = { step: 'closing', orderId, why: state.cancelled, asked: 0 };
    return { ...startStep(closing, 'placed, after its cancellation was requested'), timers: timers.slice(0, 1) };
  }
  const basket: Basket = { orderId, lines: demandOf(items), total, method: payment.method, token: payment.token };
  return { ...startStep({ step: 'reserving', basket, asked: 0 }, `placed: ${body.number}`), timers };
}

function onStockReserved(state: Checkout, heard: StockReserved | StockShort): CheckoutReaction {
  if (heard instanceof StockShort) {
    if (state.step !== 'reserving') return keepStep(state, 'stock short, received late');
    const short = heard.body.short.map(({ sku, available }) => `${sku}: ${available} left`).join(', ');
    return startStep(
      { step: 'closing', orderId: heard.body.orderId, why: 'OUT_OF_STOCK', asked: 0 },
      `stock short: ${short}`,
    );
  }
  if (state.step === 'reserving')
    return startStep({ step: 'paying', basket: state.basket, unknown: false, asked: 0 }, 'stock reserved');
  return onLateGoods(state, heard.body.orderId, 'stock reserved, received late');
}

function onPaymentResult(state: Checkout, heard: PaymentTaken | PaymentDeclined | PaymentUnknown): CheckoutReaction {
  if (state.step === 'paying') return onPaymentResultInTime(state, heard);
  if (heard instanceof PaymentUnknown && state.step === 'voiding') return keepStep(state, unknownNote(heard));
  if (!(heard instanceof PaymentTaken)) return keepStep(state, 'result of the payment, received late');
  const { orderId } = heard.body;
  if (state.step === 'releasing' || state.step === 'closing' || state.step === 'given-up')
    return keepStep(state, 'paid after the checkout gave up: the money goes back', [
      voidPaymentRequest(orderId, state.why),
    ]);
  return keepStep(state, 'paid, received again');
}

const unknownNote = ({ body: { reason } }: PaymentUnknown) =>
  `the result of the payment is unknown; payments keeps asking the provider${reason ? `: ${reason}` : ''}`;

function onPaymentResultInTime(
  state: Extract<Checkout, { step: 'paying' }>,
  heard: PaymentTaken | PaymentDeclined | PaymentUnknown,
): CheckoutReaction {
  if (heard instanceof PaymentUnknown) return keepStep({ ...state, unknown: true }, unknownNote(heard));
  if (heard instanceof PaymentDeclined) {
    const why = heard.body.code === 'unavailable' ? 'PAYMENT_UNAVAILABLE' : 'PAYMENT_DECLINED';
    const { orderId, reason, reversed } = heard.body;
    const releasing: Checkout = { step: 'releasing', orderId, why, ...(reversed && { reversed }), asked: 0 };
    return startStep(releasing, `not paid: ${reason}`);
  }
  const { orderId, paymentId, method, provider, chargeId, amount } = heard.body;
  const payment: Payment = { paymentId, method, provider, chargeId, amount };
  return startStep(
    { step: 'committing', orderId, payment, asked: 0 },
    method === 'cash' ? 'to be paid in cash' : 'paid',
  );
}

function onStockCommitted(state: Checkout, heard: StockCommitted | StockCommitRefused): CheckoutReaction {
  const { orderId } = heard.body;
  if (state.step === 'committing') {
    if (heard instanceof StockCommitted)
      return startStep({ ...state, step: 'confirming', asked: 0 }, 'stock committed');
    return startStep(
      { step: 'voiding', orderId, why: 'OUT_OF_STOCK', asked: 0 },
      `commit refused: ${heard.body.reason}`,
    );
  }
  if (heard instanceof StockCommitted) return onLateGoods(state, orderId, 'stock committed, received late');
  return keepStep(state, 'commit refused, received late');
}

/** The version of `OrderConfirmed` if it directly follows `OrderPlaced`. */
const USUAL_VERSION = 2;

function onConfirmed(state: Checkout, { body: { orderId, version } }: OrderConfirmed): CheckoutReaction {
  if (state.step !== 'confirming' && state.step !== 'reopened') return keepStep(state, 'confirmed, received again');
  const method = state.step === 'reopened' ? state.basket.method : state.payment.method;
  const over = startStep({ step: 'confirmed', orderId, method }, 'confirmed');
  // The order may be confirmed for the second time, because the first confirmation was declared void. Then earlier
  // refunds must be recorded again.
  return version > USUAL_VERSION ? { ...over, asks: [new ReviewOrder({ orderId })] } : over;
}
