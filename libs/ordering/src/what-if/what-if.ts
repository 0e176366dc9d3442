import { orderReducer, type Order, type OrderEvent } from '../model/order';

/** An event of the actual stream, and when it happened. */
export interface PastEvent {
  readonly version: number;
  readonly event: OrderEvent;
  readonly at: string;
}

/** The changes to the stream. Versions are those of the actual stream. */
export interface StreamChanges {
  readonly leaveOut: readonly number[];
  readonly change: readonly { readonly version: number; readonly event: OrderEvent }[];
  /** `after: 0` means before the first event. */
  readonly add: readonly { readonly after: number; readonly event: OrderEvent }[];
}

export interface SupposedEvent {
  readonly event: OrderEvent;
  readonly at: string;
  /** The version in the actual stream. For an added event, it is the version of the event before it. */
  readonly from: number;
  readonly how: 'as it was' | 'changed' | 'added';
}

/** The stream as it would have been. An added event has the time of the event before it. */
export function buildSupposedStream(
  past: readonly PastEvent[],
  { leaveOut, change, add }: StreamChanges,
): readonly SupposedEvent[] {
  const leftOut = new Set(leaveOut);
  const changed = new Map(change.map(({ version, event }) => [version, event]));
  const added = new Map<number, OrderEvent[]>();
  for (const { after, event } of add) added.set(after, [...(added.get(after) ?? []), event]);
  const addedAfter = (version: number, at: string): SupposedEvent[] =>
    (added.get(version) ?? []).map((event) => ({ event, at, from: version, how: 'added' }));
  const supposed = past.flatMap(({ version, event, at }): SupposedEvent[] => {
    const changedEvent = changed.get(version);
    const supposedEvent: SupposedEvent = changedEvent
      ? { event: changedEvent, at, from: version, how: 'changed' }
      : { event, at, from: version, how: 'as it was' };
    return [...(leftOut.has(version) ? [] : [supposedEvent]), ...addedAfter(version, at)];
  });
  return [...(past.length > 0 ? addedAfter(0, past[0].at) : []), ...supposed];
}

/**
 * Whether an event left the order unchanged. Orders are never modified in place, so the same object means no change.
 */
function isSame(before: Order, after: Order): boolean {
  if (before === after) return true;
  const [one, other] = [before, after].map((order) => Object.entries(order));
  return one.length === other.length && one.every(([key, value]) => isSameValue(value, after[key as keyof Order]));
}

function isSameValue(before: unknown, after: unknown): boolean {
  if (before === after) return true;
  if (Array.isArray(before) && Array.isArray(after))
    return before.length === after.length && before.every((one, index) => isEqual(one, after[index]));
  return isEqual(before, after);
}

const isEqual = (one: unknown, other: unknown): boolean =>
  one === other || JSON.stringify(one) === JSON.stringify(other);

/**
 * Returns a function that makes a note for each event that does not change the order. Call the function with the events
 * of a stream, one after the other.
 */
export function makeIdleEventNotes(): (event: SupposedEvent, index: number) => readonly string[] {
  let order: Order = orderReducer.initial;
  return ({ event, how }, index) => {
    const before = order;
    order = orderReducer.evolve(order, event);
    if (!isSame(before, order)) return [];
    return [`${event.type} (version ${index + 1}, ${how}) changes nothing: the order is ${order.status}`];
  };
}

/** The notes of all events. */
export const idleNotesOf = (stream: readonly SupposedEvent[]): readonly string[] =>
  stream.flatMap(makeIdleEventNotes());
