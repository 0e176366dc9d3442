import type { Erased, Money, Sealed, Uuid } from '#kernel';
import type { LetterStatus } from './status-words';

export type Locale = 'vi' | 'en';

/** The content of a letter, by its event. The content has no personal data. */
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
      /** Money that was taken, and given back before the order counted as paid. */
      readonly reversed?: Money;
      /** Money that was refunded before the order was cancelled. */
      readonly refunded?: Money;
    }
  | { readonly event: 'order-payment-reversed'; readonly number: string; readonly amount: Money }
  | {
      readonly event: 'order-refunded';
      readonly number: string;
      readonly amount: Money;
      readonly total: Money;
      /** Whether all money that was paid has now been given back. */
      readonly whole: boolean;
      /**
       * The total of all refunds so far, including this one. Older letters do not have this total. For older letters
       * the total is known only if `whole` is true.
       */
      readonly refundedTotal?: Money;
      /** The refund ended the order, so the order is not handed out. */
      readonly ended?: true;
    }
  | {
      readonly event: 'order-refund-failed';
      readonly number: string;
      readonly amount: Money;
      /** The total that the shop owes the customer. */
      readonly owed: Money;
    }
  | { readonly event: 'order-status'; readonly number: string; readonly status: LetterStatus };

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
