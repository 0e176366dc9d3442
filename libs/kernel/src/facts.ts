/** Something that happened, as plain data. Type names are stored for ever, so they do not depend on class names. */
export interface Fact<Type extends string = string, Data extends object = object> {
  readonly type: Type;
  readonly data: Data;
}

/** How to compute a state from facts: the first state, and a pure function that applies one fact. */
export interface Life<State, Event extends Fact> {
  readonly initial: State;
  evolve(state: State, event: Event): State;
}

export const fold = <State, Event extends Fact>(
  life: Life<State, Event>,
  events: readonly Event[],
  from: State = life.initial,
): State => events.reduce((state, event) => life.evolve(state, event), from);
