import { UnknownEvent } from './errors';

/** Turns the data of one schema version into the next one's. Pure. */
export type Upcast = (data: never) => object;

/** One event type: its current schema version is one more than its upcasts, of which the first reads version 1. */
export interface EventType {
  readonly type: string;
  readonly upcasts?: readonly Upcast[];
}

/** Every event type a store may hold, and how old data is brought up to date when read. */
export class EventTypes {
  private readonly upcasts: ReadonlyMap<string, readonly Upcast[]>;

  constructor(types: readonly EventType[]) {
    this.upcasts = new Map(types.map(({ type, upcasts = [] }) => [type, upcasts]));
    if (this.upcasts.size !== types.length) throw new Error('an event type is declared twice');
  }

  get names(): string[] {
    return [...this.upcasts.keys()];
  }

  current(type: string): number {
    const upcasts = this.upcasts.get(type);
    if (!upcasts) throw new UnknownEvent(type, 0);
    return upcasts.length + 1;
  }

  /** New events are written in the current version only. */
  mustBeCurrent(type: string, schemaVersion: number): void {
    if (this.current(type) !== schemaVersion) throw new UnknownEvent(type, schemaVersion);
  }

  /** Throws UnknownEvent for a type, or for a version from the future (a newer build wrote it). */
  upcast(type: string, storedVersion: number, data: object): { schemaVersion: number; data: object } {
    const upcasts = this.upcasts.get(type);
    if (!upcasts || storedVersion < 1 || storedVersion > upcasts.length + 1)
      throw new UnknownEvent(type, storedVersion);
    const current = upcasts.slice(storedVersion - 1).reduce((old, upcast) => upcast(old as never), data);
    return { schemaVersion: upcasts.length + 1, data: current };
  }
}
