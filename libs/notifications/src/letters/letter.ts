import type { Erased, Money, Sealed, Uuid } from '#kernel';
import type { ToldStatus } from './status-words';

export type Locale = 'vi' | 'en';

/** The content of a letter, by its event. Names stay sealed until it is rendered. */
export type Content =
  | {
      readonly event: 'order-confirmed';
      readonly number: string;
      readonly lines: readonly Line[];
      readonly total: Money;
      readonly method: 'card' | 'cash';
    }
  | {
      readonly event: 'order-cancelled';
      readonly number: string;
      readonly code: string;
      readonly refundDue: Money;
      /** Taken and given back before the order counted as paid. */
      readonly reversed?: Money;
      /** Given back by refunds before it was cancelled. */
      readonly refunded?: Money;
    }
  | { readonly event: 'order-payment-reversed'; readonly number: string; readonly amount: Money }
  | {
      readonly event: 'order-refunded';
      readonly number: string;
      readonly amount: Money;
      readonly total: Money;
      /** All money that was paid has gone back now. */
      readonly whole: boolean;
      /**
       * All refunds so far, this one included. Older letters lack it; then it is known only if it is the whole
       * amount.
       */
      readonly refundedTotal?: Money;
      /** The order ends with it, and is not made. */
      readonly ended?: true;
    }
  | {
      readonly event: 'order-refund-failed';
      readonly number: string;
      readonly amount: Money;
      /** The total that is owed. */
      readonly owed: Money;
    }
  | { readonly event: 'order-status'; readonly number: string; readonly status: ToldStatus };

export interface Line {
  readonly name: string;
  readonly quantity: number;
  readonly lineTotal: Money;
}

export interface Letter {
  readonly id: Uuid;
  readonly orderId: Uuid;
  readonly locale: Locale;
  readonly recipient: { readonly name: Sealed | Erased; readonly email: Sealed | Erased };
  readonly content: Content;
}

export interface Rendered {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}
