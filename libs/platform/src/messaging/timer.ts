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
