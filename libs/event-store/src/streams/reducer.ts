import type { RecordedEvent } from './events';

/** Computes a state from one stream, event by event. Pure. */
export interface Reducer<State extends object> {
  readonly name: string;
  /** Raise it whenever the result of `project` changes: snapshots of another version are ignored and deleted. */
  readonly version: number;
  /** Returns undefined if there is no state (yet). The position and the hash of an event may be null. */
  project(state: State | undefined, event: RecordedEvent): State | undefined;
}

export interface Folded<State> {
  readonly state: State | undefined;
  /** The stream's version; 0 when it does not exist. */
  readonly version: number;
}
