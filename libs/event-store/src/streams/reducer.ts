import type { RecordedEvent } from './events';

/** Computes a state from the events of one stream. It must be pure. */
export interface Reducer<State extends object> {
  readonly name: string;
  /**
   * Raise the version whenever the result of `project` changes. Then snapshots of earlier versions are not used any
   * more, and are deleted.
   */
  readonly version: number;
  /** Returns undefined if there is no state, or no state yet. The position and the hash of an event can be null. */
  project(state: State | undefined, event: RecordedEvent): State | undefined;
}

export interface Folded<State> {
  readonly state: State | undefined;
  /** The stream's version; 0 if the stream does not exist. */
  readonly version: number;
}
