import { UnknownEvent } from './errors';

/** A pure function that turns the data of one schema version into the data of the next version. */
export type Upcast = (data: never) => object;

/**
 * One event type. The first upcast reads version 1, so the current schema version is one more than the number of
 * upcasts.
 */
export interface EventType {
  readonly type: string;
  readonly upcasts?: readonly Upcast[];
  /** Whether data of the current schema version fits the type. */
  readonly fits?: (data: unknown) => boolean;
}

/** All event types that a store can contain, and the upcasts that turn old data into today's form. */
export class EventTypes {
  private readonly upcasts: ReadonlyMap<string, readonly Upcast[]>;
  private readonly checks: ReadonlyMap<string, EventType['fits']>;

  constructor(types: readonly EventType[]) {
    this.upcasts = new Map(types.map(({ type, upcasts = [] }) => [type, upcasts]));
    this.checks = new Map(types.map(({ type, fits }) => [type, fits]));
    if (this.upcasts.size !== types.length)
      throw new Error(`an event type is declared twice in this list: ${types.map(({ type }) => type).join(', ')}`);
  }

  get names(): string[] {
    return [...this.upcasts.keys()];
  }

  current(type: string): number {
    const upcasts = this.upcasts.get(type);
    if (!upcasts) throw new UnknownEvent(type, 0);
    return upcasts.length + 1;
  }

  /** Throws UnknownEvent if a new event does not have the current schema version of its type. */
  mustBeCurrent(type: string, schemaVersion: number): void {
    const upcasts = this.upcasts.get(type);
    if (upcasts?.length !== schemaVersion - 1) throw new UnknownEvent(type, schemaVersion);
  }

  /** Whether upcast data fits its type. */
  fits(type: string, data: unknown): boolean {
    return this.checks.get(type)?.(data) ?? true;
  }

  /** Throws UnknownEvent for an unknown type, and for a schema version that a newer build wrote. */
  upcast(type: string, storedVersion: number, data: object): { schemaVersion: number; data: object } {
    const upcasts = this.upcasts.get(type);
    if (!upcasts || storedVersion < 1 || storedVersion > upcasts.length + 1)
      throw new UnknownEvent(type, storedVersion);
    const current = upcasts.slice(storedVersion - 1).reduce((old, upcast) => upcast(old as never), data);
    return { schemaVersion: upcasts.length + 1, data: current };
  }
}
