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

/** How a process stands, for those who look after it. */
export interface Stands {
  /** It runs; or nothing more will happen until somebody looks, for it has asked in vain; or it is over. */
  readonly status: 'running' | 'needs-attention' | 'over';
  readonly step: string;
  /** Whose answer it waits for, in words; null when it waits for nobody. */
  readonly waitingFor: string | null;
  /** How often the step's request was sent again for want of an answer. */
  readonly asked: number;
  /** Why somebody has to look; null otherwise. */
  readonly attention: string | null;
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
  stands(state: State): Stands;
}
