import type { Message, Uuid } from '#kernel';
import type {
  OrderCancellationRequested,
  OrderCancelled,
  OrderConfirmed,
  OrderPlaced,
  OrderRefundRequested,
} from '#contracts/ordering';
import type {
  StockCommitRefused,
  StockCommitted,
  StockReleased,
  StockReserved,
  StockShort,
} from '#contracts/inventory';
import type { PaymentDeclined, PaymentTaken, PaymentUnknown, PaymentVoided } from '#contracts/payments';
import { secondsUntilAskedAgain } from '../model/asked-again';
import {
  CheckoutOverdue,
  CheckoutWaits,
  CompareCheckout,
  RetryCheckout,
  CompensationRequested,
} from './checkout-messages';
import { requestsOf, isOver, type Checkout } from './checkout-steps';

export type CheckoutMessage =
  | OrderPlaced
  | OrderConfirmed
  | OrderCancellationRequested
  | OrderCancelled
  | OrderRefundRequested
  | StockReserved
  | StockShort
  | StockCommitted
  | StockCommitRefused
  | StockReleased
  | PaymentTaken
  | PaymentDeclined
  | PaymentUnknown
  | PaymentVoided
  | CheckoutOverdue
  | CheckoutWaits
  | RetryCheckout
  | CompensationRequested
  | CompareCheckout;

export interface Timer {
  readonly name: 'overdue' | 'waits';
  /** Null cancels the timer. */
  readonly afterSeconds: number | null;
  readonly message: Message;
}

export interface CheckoutReaction {
  readonly state: Checkout;
  readonly asks: readonly Message[];
  readonly timers: readonly Timer[];
  /** One line for the journal that staff read. */
  readonly note: string;
}

export const waitsTimer = (orderId: Uuid, asked: number): Timer => ({
  name: 'waits',
  afterSeconds: secondsUntilAskedAgain(asked),
  message: new CheckoutWaits({ orderId, asked }),
});

export const overdueTimer = (orderId: Uuid, afterSeconds: number | null): Timer => ({
  name: 'overdue',
  afterSeconds,
  message: new CheckoutOverdue({ orderId }),
});

export const orderIdOf = (state: Exclude<Checkout, { step: 'waiting' }>): Uuid =>
  'basket' in state ? state.basket.orderId : state.orderId;

const noTimers = (orderId: Uuid): readonly Timer[] => [
  { ...waitsTimer(orderId, 0), afterSeconds: null },
  overdueTimer(orderId, null),
];

export const keepStep = (state: Checkout, note: string, asks: readonly Message[] = []): CheckoutReaction => ({
  state,
  asks,
  timers: [],
  note,
});

/**
 * Starts a step and sends its requests. If the checkout is over, its timers are cancelled. If the checkout was parked,
 * it has no timer, so it gets a new timer.
 */
export function startStep(given: Checkout, note: string): CheckoutReaction {
  const { parked, ...state } = { parked: undefined, ...given };
  const timers = state.step === 'waiting' ? [] : timersOf(state, parked !== undefined);
  return { state, asks: requestsOf(state), timers, note };
}

function timersOf(state: Exclude<Checkout, { step: 'waiting' }>, wasParked: boolean): readonly Timer[] {
  if (isOver(state)) return noTimers(orderIdOf(state));
  return wasParked ? [waitsTimer(orderIdOf(state), 0)] : [];
}
