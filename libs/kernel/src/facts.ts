/** Something that happened, as plain data. Type names are stored for ever, so they do not depend on class names. */
export interface Fact<Type extends string = string, Data extends object = object> {
  readonly type: Type;
  readonly data: Data;
}

/** How to compute a state from facts: the first state, and a pure function that applies one fact. */
export interface Reducer<State, Event extends Fact> {
  readonly initial: State;
  evolve(state: State, event: Event): State;
}

export const fold = <State, Event extends Fact>(
  reducer: Reducer<State, Event>,
  events: readonly Event[],
  from: State = reducer.initial,
): State => events.reduce((state, event) => reducer.evolve(state, event), from);
