/**
 * A thing that happened, as plain data. Type names are stored for ever: they are strings of the model, never class
 * names.
 */
export interface Fact<Type extends string = string, Data extends object = object> {
  readonly type: Type;
  readonly data: Data;
}

/** The life of an event-sourced thing: its first state, and what each fact changes. Pure. */
export interface Life<State, Event extends Fact> {
  readonly initial: State;
  evolve(state: State, event: Event): State;
}

export const fold = <State, Event extends Fact>(
  life: Life<State, Event>,
  events: readonly Event[],
  from: State = life.initial,
): State => events.reduce((state, event) => life.evolve(state, event), from);
