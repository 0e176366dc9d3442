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
  CompensationRequested,
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
} from './compensation';

/**
 * The checkout as a pure function. For each message, it returns the next state and the requests to send. Messages can
 * come late, more than once and in any order.
 */
export function react(state: Checkout, message: CheckoutMessage, reservationSeconds: number): CheckoutReaction {
  return withRestartedTimer(state, reactTo(state, message, reservationSeconds));
}

function reactTo(state: Checkout, message: CheckoutMessage, reservationSeconds: number): CheckoutReaction {
  if (message instanceof OrderPlaced) return onPlaced(state, message, reservationSeconds);
  if (message instanceof OrderCancellationRequested)
    return onCancellationRequested(state, message.body.orderId, message.body.by === 'staff' ? 'STAFF' : 'CUSTOMER');
  if (message instanceof OrderCancelled) return onCancelled(state, message);
  if (message instanceof OrderRefundRequested) return onRefundRequested(state, message);
  if (message instanceof CheckoutOverdue) return onOverdue(state);
  if (message instanceof CheckoutWaits) return askAgain(state, message);
  if (message instanceof RetryCheckout)
    return state.step === 'reopened' ? continueReopened(state, message) : retry(state, message);
  if (message instanceof CompareCheckout) return compareWithOrder(state, message);
  if (message instanceof CompensationRequested) return keepStep(state, noteByStaff('to be wound back', message));
  if (message instanceof OrderConfirmed) return onConfirmed(state, message);
  if (message instanceof StockReserved || message instanceof StockShort) return onStockReserved(state, message);
  if (message instanceof StockCommitted || message instanceof StockCommitRefused)
    return onStockCommitted(state, message);
  if (message instanceof StockReleased) return onStockReleased(state);
  if (message instanceof PaymentVoided) return onPaymentVoided(state, message);
  return onPaymentResult(state, message);
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

function onStockReserved(state: Checkout, message: StockReserved | StockShort): CheckoutReaction {
  if (message instanceof StockShort) {
    if (state.step !== 'reserving') return keepStep(state, 'stock short, received late');
    const short = message.body.short.map(({ sku, available }) => `${sku}: ${available} left`).join(', ');
    return startStep(
      { step: 'closing', orderId: message.body.orderId, why: 'OUT_OF_STOCK', asked: 0 },
      `stock short: ${short}`,
    );
  }
  if (state.step === 'reserving')
    return startStep({ step: 'paying', basket: state.basket, unknown: false, asked: 0 }, 'stock reserved');
  return onLateGoods(state, message.body.orderId, 'stock reserved, received late');
}

function onPaymentResult(state: Checkout, message: PaymentTaken | PaymentDeclined | PaymentUnknown): CheckoutReaction {
  if (state.step === 'paying') return onPaymentResultInTime(state, message);
  if (message instanceof PaymentUnknown && state.step === 'voiding') return keepStep(state, unknownNote(message));
  if (message instanceof PaymentDeclined && state.step === 'confirmed')
    return keepStep({ ...state, disputed: true }, `not paid, although the order is confirmed: ${message.body.reason}`);
  if (!(message instanceof PaymentTaken)) return keepStep(state, 'result of the payment, received late');
  const { orderId } = message.body;
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
  message: PaymentTaken | PaymentDeclined | PaymentUnknown,
): CheckoutReaction {
  if (message instanceof PaymentUnknown) return keepStep({ ...state, unknown: true }, unknownNote(message));
  if (message instanceof PaymentDeclined) {
    const why = message.body.code === 'unavailable' ? 'PAYMENT_UNAVAILABLE' : 'PAYMENT_DECLINED';
    const { orderId, reason, reversed } = message.body;
    const releasing: Checkout = { step: 'releasing', orderId, why, ...(reversed && { reversed }), asked: 0 };
    return startStep(releasing, `not paid: ${reason}`);
  }
  const { orderId, paymentId, method, provider, chargeId, amount } = message.body;
  const payment: Payment = { paymentId, method, provider, chargeId, amount };
  return startStep(
    { step: 'committing', orderId, payment, asked: 0 },
    method === 'cash' ? 'to be paid in cash' : 'paid',
  );
}

function onStockCommitted(state: Checkout, message: StockCommitted | StockCommitRefused): CheckoutReaction {
  const { orderId } = message.body;
  if (state.step === 'committing') {
    if (message instanceof StockCommitted)
      return startStep({ ...state, step: 'confirming', asked: 0 }, 'stock committed');
    return startStep(
      { step: 'voiding', orderId, why: 'OUT_OF_STOCK', asked: 0 },
      `commit refused: ${message.body.reason}`,
    );
  }
  if (message instanceof StockCommitted) return onLateGoods(state, orderId, 'stock committed, received late');
  return keepStep(state, 'commit refused, received late');
}

/** The version of `OrderConfirmed` if it directly follows `OrderPlaced`. */
const USUAL_VERSION = 2;

function onConfirmed(state: Checkout, { body: { orderId, version } }: OrderConfirmed): CheckoutReaction {
  if (state.step !== 'confirming' && state.step !== 'reopened') return keepStep(state, 'confirmed, received again');
  const method = state.step === 'reopened' ? state.basket.method : state.payment.method;
  const reaction = startStep({ step: 'confirmed', orderId, method }, 'confirmed');
  // A higher version can mean that the first confirmation was declared void, and the order is now confirmed again. Then
  // earlier refunds must be recorded again.
  return version > USUAL_VERSION ? { ...reaction, asks: [new ReviewOrder({ orderId })] } : reaction;
}
