import { orderLife, type Order, type OrderEvent } from '../model/order';

/** An event of the true stream, and when it happened. */
export interface Happened {
  readonly version: number;
  readonly event: OrderEvent;
  readonly at: string;
}

/** What should have been different; versions are those of the true stream. */
export interface Wishes {
  readonly leaveOut: readonly number[];
  readonly change: readonly { readonly version: number; readonly event: OrderEvent }[];
  /** `after` 0 is before the first event. */
  readonly add: readonly { readonly after: number; readonly event: OrderEvent }[];
}

export interface Supposed {
  readonly event: OrderEvent;
  readonly at: string;
  /** Its version in the true stream; of an added one the version that it follows. */
  readonly from: number;
  readonly how: 'as it was' | 'changed' | 'added';
}

/** The stream as it would have been. What is added happens at the moment of the event that it follows. */
export function supposed(past: readonly Happened[], { leaveOut, change, add }: Wishes): readonly Supposed[] {
  const addedAfter = (version: number): Supposed[] =>
    add
      .filter(({ after }) => after === version)
      .map(({ event }) => {
        const at = (past.find((one) => one.version === version) ?? past[0]).at;
        return { event, at, from: version, how: 'added' };
      });
  const kept = past.flatMap(({ version, event, at }): Supposed[] => {
    const changed = change.find((one) => one.version === version);
    const here: Supposed = changed
      ? { event: changed.event, at, from: version, how: 'changed' }
      : { event, at, from: version, how: 'as it was' };
    return [...(leaveOut.includes(version) ? [] : [here]), ...addedAfter(version)];
  });
  return [...addedAfter(0), ...kept];
}

/** Events that would have been passed over, because the order was not in a status in which they mean anything. */
export function idle(stream: readonly Supposed[]): readonly string[] {
  let order: Order = orderLife.initial;
  return stream.flatMap(({ event, how }, index) => {
    const before = order;
    order = orderLife.evolve(order, event);
    const same = JSON.stringify(before) === JSON.stringify(order);
    return same ? [`${event.type} (version ${index + 1}, ${how}) changes nothing: the order is ${order.status}`] : [];
  });
}
