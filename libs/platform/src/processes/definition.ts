import type { Message } from '#kernel';

/** A timer of a process; null cancels it. Its name is its own within the process. */
export interface ProcessTimer {
  readonly name: string;
  readonly dueAt: Date | null;
  readonly message: Message;
}

/** What a process makes of a message. */
export interface Heard<State> {
  readonly state: State;
  readonly asks: readonly Message[];
  readonly timers: readonly ProcessTimer[];
  /** One line for the journal that admins read. */
  readonly note: string;
}

/**
 * A durable process across contexts: `(state, what it heard) → requests`, pure. Its state is plain data that survives
 * JSON. A process that has begun stays with the version of the definition it began with.
 */
export interface ProcessDefinition<State, Hears extends Message> {
  readonly name: string;
  readonly version: number;
  readonly initial: State;
  hear(state: State, heard: Hears, now: Date): Heard<State>;
}
