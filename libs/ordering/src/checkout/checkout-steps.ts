import type { Message, Money, Sealed, Uuid } from '#kernel';
import type { CancellationCode } from '#contracts/ordering';
import { CommitStock, ReleaseStock, ReserveStock, type StockLine } from '#contracts/inventory';
import { TakePayment, VoidPayment } from '#contracts/payments';
import type { Payment } from '../confirm-order/confirm-order';
import { CloseOrder, ConfirmOrder, RecordReversal } from './checkout-messages';

type Method = 'card' | 'cash';

/**
 * What the checkout needs to know about an order. The steps after `paying` do not need the card's token, so they do not
 * keep the basket.
 */
export interface Basket {
  readonly orderId: Uuid;
  readonly lines: readonly StockLine[];
  readonly total: Money;
  readonly method: Method;
  readonly token: Sealed | null;
}

/** A step that waits for an answer. */
interface Asking {
  /** How often the step's request was repeated, because no answer came. */
  readonly asked: number;
  /**
   * The reason why the step is parked. It is set when the request was repeated too often. The request is not sent again
   * until staff act, but a late answer still counts.
   */
  readonly parked?: string;
}
interface Compensating extends Asking {
  readonly orderId: Uuid;
  readonly why: CancellationCode;
  /** Money that was taken by the checkout and given back. */
  readonly reversed?: Money;
}

/** A confirmed order was cancelled, or ended by a refund. */
interface Undoing extends Asking {
  readonly orderId: Uuid;
  /** True if the goods do not go back on the shelf. */
  readonly waste?: boolean;
  readonly why?: 'REFUNDED';
}

/**
 * An event of the order was declared void after the checkout had ended. Staff decide how the order continues. If
 * `pending` is true, the order can be confirmed again or cancelled. If it is false, the order continues although its
 * goods were given back.
 */
interface Reopened {
  readonly step: 'reopened';
  readonly basket: Basket;
  readonly pending: boolean;
}

/**
 * `OrderPlaced` was not received yet. `compared` counts how often the checkout has requested a comparison with the
 * order.
 */
interface Waiting {
  readonly step: 'waiting';
  readonly cancelled: CancellationCode | null;
  readonly compared?: number;
}

/**
 * The steps of a checkout. Forward: reserving → paying → committing → confirming → confirmed. If it cannot continue, it
 * undoes the last action first: voiding (the money) → releasing (the goods) → closing (the order) → given-up. If a
 * confirmed order is cancelled later, or ended by a refund: unbooking (the cash that was due) → restocking → undone. A
 * checkout that is over is reopened if an event of its order was declared void, and the order then contradicts the
 * checkout.
 */
export type Checkout =
  | Waiting
  | ({ readonly step: 'reserving'; readonly basket: Basket } & Asking)
  | ({ readonly step: 'paying'; readonly basket: Basket; readonly unknown: boolean } & Asking)
  | ({ readonly step: 'committing'; readonly orderId: Uuid; readonly payment: Payment } & Asking)
  | ({ readonly step: 'confirming'; readonly orderId: Uuid; readonly payment: Payment } & Asking)
  /** `disputed` is true if payments reported after the confirmation that the order is not paid. */
  | { readonly step: 'confirmed'; readonly orderId: Uuid; readonly method: Method; readonly disputed?: true }
  | ({ readonly step: 'voiding' } & Compensating)
  | ({ readonly step: 'releasing' } & Compensating)
  | ({ readonly step: 'closing' } & Compensating)
  | { readonly step: 'given-up'; readonly orderId: Uuid; readonly why: CancellationCode }
  | ({ readonly step: 'unbooking' } & Undoing)
  | ({ readonly step: 'restocking' } & Undoing)
  | { readonly step: 'undone'; readonly orderId: Uuid }
  | Reopened;

const allSteps: Readonly<Record<Checkout['step'], true>> = {
  ...{ waiting: true, reserving: true, paying: true, committing: true, confirming: true, confirmed: true },
  ...{ voiding: true, releasing: true, closing: true, 'given-up': true },
  ...{ unbooking: true, restocking: true, undone: true, reopened: true },
};

/** False for a step that a newer build has added. */
export const isKnownCheckout = ({ step }: Checkout): boolean => Object.hasOwn(allSteps, step);

/** Steps that only an answer can end. The other steps that wait for an answer also end when the checkout is overdue. */
const stepsThatNeedAnswer = ['confirming', 'voiding', 'releasing', 'closing', 'unbooking', 'restocking'] as const;
type NeedsAnswer = Extract<Checkout, { step: (typeof stepsThatNeedAnswer)[number] }>;
export const needsAnswer = (state: Checkout): state is NeedsAnswer =>
  (stepsThatNeedAnswer as readonly string[]).includes(state.step);

/** The steps in which the checkout gives back what it has taken, and the final steps after them. */
const compensatingSteps = ['voiding', 'releasing', 'closing', 'given-up', 'unbooking', 'restocking', 'undone'];
export const isCompensating = (step: string): boolean => compensatingSteps.includes(step);

export const initialCheckout: Checkout = { step: 'waiting', cancelled: null };

const endSteps = ['confirmed', 'given-up', 'undone'] as const;
export const isOver = (state: Checkout): boolean => (endSteps as readonly string[]).includes(state.step);

const idempotencyKeyOf = (orderId: Uuid, step: string) => `checkout:${orderId}:${step}`;

/**
 * Returns the requests of a step. A repeated request has the same content and key each time, so it has no second
 * effect.
 */
export function requestsOf(state: Checkout): readonly Message[] {
  switch (state.step) {
    case 'waiting':
    case 'confirmed':
    case 'given-up':
    case 'undone':
    case 'reopened':
      return [];
    case 'reserving':
      return [new ReserveStock({ orderId: state.basket.orderId, lines: state.basket.lines })];
    case 'paying': {
      const { orderId, total, method, token } = state.basket;
      return [
        new TakePayment({ orderId, amount: total, method, token, idempotencyKey: idempotencyKeyOf(orderId, 'pay') }),
      ];
    }
    case 'committing':
      return [new CommitStock({ orderId: state.orderId })];
    case 'confirming': {
      const { orderId, payment } = state;
      return [new ConfirmOrder({ orderId, payment, idempotencyKey: idempotencyKeyOf(orderId, 'confirm') })];
    }
    case 'voiding':
      return [voidPaymentRequest(state.orderId, state.why)];
    case 'releasing':
      return [new ReleaseStock({ orderId: state.orderId, reason: state.why })];
    case 'closing': {
      const { orderId, why: code, reversed } = state;
      return [
        new CloseOrder({
          orderId,
          code,
          ...(reversed && { reversed }),
          idempotencyKey: idempotencyKeyOf(orderId, 'close'),
        }),
      ];
    }
    case 'unbooking':
      return [voidPaymentRequest(state.orderId, 'CANCELLED')];
    case 'restocking': {
      const { orderId, why: reason = 'CANCELLED', waste } = state;
      return [new ReleaseStock({ orderId, reason, ...(waste && { waste }) })];
    }
  }
}

export const voidPaymentRequest = (orderId: Uuid, reason: string) =>
  new VoidPayment({ orderId, reason, idempotencyKey: idempotencyKeyOf(orderId, 'void') });

export const recordReversalRequest = (orderId: Uuid, amount: Money) =>
  new RecordReversal({ orderId, amount, idempotencyKey: idempotencyKeyOf(orderId, 'reversed') });
