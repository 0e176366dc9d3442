import type { Uuid } from '#kernel';
import type { LoggedEvent } from '#event-store';
import type { Projection, Row } from './projection';

/** An event that a projection could not use, with its order. */
export interface Failure {
  readonly orderId: Uuid;
  readonly position: number;
  readonly eventId: Uuid;
  readonly error: string;
}

export interface Folded {
  readonly rows: ReadonlyMap<Uuid, Row>;
  /** Orders whose reducer returned no row, so that their rows are deleted. */
  readonly gone: readonly Uuid[];
  readonly failures: readonly Failure[];
  /** Orders that had been set aside, but whose events can all be used now. */
  readonly healed?: readonly Uuid[];
}

export const failureAt = (event: LoggedEvent, error: unknown): Failure => ({
  orderId: event.streamId,
  position: event.position ?? 0,
  eventId: event.id,
  error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
});

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as Promise<unknown> | undefined)?.then === 'function';

/**
 * Applies one event to a row. Throws the errors of the reducer, and the error of an unreadable event. Also throws if
 * the reducer returns a promise, because a reducer must be pure.
 */
export function applyEvent<View extends object>(
  projection: Projection<View>,
  view: View | undefined,
  event: LoggedEvent,
): View | undefined {
  if (event.unreadable) throw event.unreadable;
  const next = projection.project(view, event);
  if (!isPromise(next)) return next;
  next.catch(() => undefined);
  throw new Error(`${projection.name} returned a promise, but a projection must be synchronous`);
}

/**
 * Folds a batch of the log into the rows of its orders. If an event cannot be used, its order keeps the row from before
 * this event, and other orders are not affected.
 */
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
    const { streamId: orderId, position, version } = event;
    if (position === null || setAside.has(orderId) || failures.has(orderId)) continue;
    const before = gone.has(orderId) ? undefined : (rows.get(orderId) ?? known.get(orderId));
    if (before && position <= before.position) continue;
    try {
      const view = applyEvent(projection, before?.view, event);
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
