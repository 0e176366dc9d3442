import type { Message } from '#kernel';
import type { Envelope } from '../messages/envelope';

/** A message to the own context for later. `name` and `key` identify it. If it is set again, its time changes. */
export interface Timer {
  readonly name: string;
  readonly key: string;
  /** The database counts the seconds from the transaction that sets the timer. */
  readonly afterSeconds: number;
  readonly message: Message;
}

export type TimerChange =
  | { readonly name: string; readonly key: string; readonly afterSeconds: number; readonly envelope: Envelope }
  | { readonly name: string; readonly key: string; readonly afterSeconds: null };

const SOON_SECONDS = 2;

/** The timer clock looks every second anyway. It is called only for timers that are due before that. */
export const soonDue = (changes: readonly TimerChange[]): boolean =>
  changes.some(({ afterSeconds }) => afterSeconds !== null && afterSeconds < SOON_SECONDS);
