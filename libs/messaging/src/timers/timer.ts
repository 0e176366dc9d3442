import type { Message } from '#kernel';
import type { Envelope } from '../messages/envelope';

/**
 * A message that the context sends to itself later. `name` and `key` identify the timer. Setting it again changes
 * its time.
 */
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

/** True if a timer is due so soon that the clock must be woken. For other timers, its polls are enough. */
export const isAnyDueSoon = (changes: readonly TimerChange[]): boolean =>
  changes.some(({ afterSeconds }) => afterSeconds !== null && afterSeconds < SOON_SECONDS);
