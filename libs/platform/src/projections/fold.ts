import type { Uuid } from '#kernel';
import type { LoggedEvent } from '#platform/event-store';
import type { Projection, Row } from './projection';

/** An order whose event a projection could not digest, and which event it was. */
export interface Failure {
  readonly orderId: Uuid;
  readonly position: number;
  readonly eventId: Uuid;
  readonly error: string;
}

export interface Folded {
  readonly rows: ReadonlyMap<Uuid, Row>;
  readonly gone: readonly Uuid[];
  readonly failures: readonly Failure[];
}

export const failureAt = (event: LoggedEvent, error: unknown): Failure => ({
  orderId: event.orderId,
  position: event.position ?? 0,
  eventId: event.id,
  error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
});

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as Promise<unknown> | undefined)?.then === 'function';

/**
 * One event more. Throws what the reducer throws, what this build cannot read, and when the reducer is none: a view that
 * comes later is not pure.
 */
export function projected<View extends object>(
  projection: Projection<View>,
  view: View | undefined,
  event: LoggedEvent,
): View | undefined {
  if (event.unreadable) throw event.unreadable;
  const next = projection.project(view, event);
  if (!isPromise(next)) return next;
  next.catch(() => undefined);
  throw new Error(`${projection.name} answered a promise: a projection waits for nothing`);
}

/** What a batch of the log makes of the rows of its orders. An order that fails keeps its last good row; the others go on. */
export function foldBatch(
  projection: Projection,
  known: ReadonlyMap<Uuid, Row>,
  events: readonly LoggedEvent[],
  setAside: ReadonlySet<Uuid> = new Set(),
): Folded {
  const rows = new Map<Uuid, Row>();
  const gone = new Set<Uuid>();
  const failures = new Map<Uuid, Failure>();
  for (const event of events) {
    const { orderId, position, version } = event;
    if (position === null || setAside.has(orderId) || failures.has(orderId)) continue;
    const before = gone.has(orderId) ? undefined : (rows.get(orderId) ?? known.get(orderId));
    if (before && position <= before.position) continue;
    try {
      const view = projected(projection, before?.view, event);
      if (view) {
        rows.set(orderId, { orderId, position, version, view });
        gone.delete(orderId);
      } else if (before) {
        rows.delete(orderId);
        gone.add(orderId);
      }
    } catch (error) {
      failures.set(orderId, failureAt(event, error));
    }
  }
  return { rows, gone: [...gone], failures: [...failures.values()] };
}
