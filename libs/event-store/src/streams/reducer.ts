import type { RecordedEvent } from './events';

/** Computes a state from one stream, event by event. Pure. */
export interface Reducer<State extends object> {
  readonly name: string;
  /** Raise it whenever the result of `project` changes: snapshots of another version are ignored and deleted. */
  readonly version: number;
  /** Undefined: there is no state (yet). The events have no position and no hash. */
  project(state: State | undefined, event: RecordedEvent): State | undefined;
}

export interface Folded<State> {
  readonly state: State | undefined;
  /** The stream's version; 0 when it does not exist. */
  readonly version: number;
}
