import type { Message } from '#kernel';
import type { StepRecords } from './step-records';

/**
 * A timer of a saga. Its name is unique in the saga. `afterSeconds: null` cancels it. The database's clock counts the
 * seconds.
 */
export interface SagaTimer {
  readonly name: string;
  readonly afterSeconds: number | null;
  readonly message: Message;
}

/** What a saga does when it handles a message. */
export interface Reaction<State> {
  readonly state: State;
  readonly asks: readonly Message[];
  readonly timers: readonly SagaTimer[];
  /** One line for the journal that staff read. */
  readonly note: string;
}

/** The status of a saga, for staff. */
export interface SagaStatus {
  /** `needs-attention` means that staff should look, for example because a request got no answer. */
  readonly status: 'running' | 'needs-attention' | 'over';
  readonly step: string;
  /** Whose answer the saga waits for, in words. Null if it waits for no answer. */
  readonly waitingFor: string | null;
  /** How often the step's request was repeated because no answer came. */
  readonly asked: number;
  /** Why staff must look at the saga. Null if the saga needs no attention. */
  readonly attention: string | null;
}

/**
 * A saga is a durable process across contexts. Its definition is a pure function `(state, message) → requests`. Its
 * state is plain data that can be stored as JSON. Each saga keeps the version of the definition with which it began.
 */
export interface SagaDefinition<State, Handled extends Message> {
  readonly name: string;
  readonly version: number;
  readonly initial: State;
  /** `now` is the database's time, so that all instances use one clock. */
  react(state: State, message: Handled, now: Date): Reaction<State>;
  statusOf(state: State): SagaStatus;
  /**
   * False for a state that only a newer build can have written, although the version of the definition is the same. The
   * saga's messages wait for that build.
   */
  knows?(state: State): boolean;
  /** Rows that are stored about the messages. Only the `records` of the newest definition are used. */
  readonly records?: StepRecords;
}
