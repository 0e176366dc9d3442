import type { Message } from '#kernel';
import type { Envelope } from './envelope';

/** A message to oneself for later. `name` and `key` identify it: setting it again moves it. */
export interface Timer {
  readonly name: string;
  readonly key: string;
  readonly dueAt: Date;
  readonly message: Message;
}

export type TimerChange =
  | { readonly name: string; readonly key: string; readonly dueAt: Date; readonly envelope: Envelope }
  | { readonly name: string; readonly key: string; readonly dueAt: null };

const SOON_MS = 5_000;

/** The clock looks every second by itself: only what is due by then, give or take how two clocks differ, must call it. */
export const soonDue = (changes: readonly TimerChange[]): boolean =>
  changes.some(({ dueAt }) => dueAt !== null && dueAt.getTime() - Date.now() < SOON_MS);
