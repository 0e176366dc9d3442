import type { RecordedEvent } from './events';

/** What is made of one stream, event by event. Pure. */
export interface Reducer<State extends object> {
  readonly name: string;
  /** Rises with every change of what `project` answers: snapshots of another version are ignored, and thrown away. */
  readonly version: number;
  /** Undefined: there is nothing (yet). The events carry no position and no hash. */
  project(state: State | undefined, event: RecordedEvent): State | undefined;
}

export interface Folded<State> {
  readonly state: State | undefined;
  /** The stream's version; 0 when it does not exist. */
  readonly version: number;
}
