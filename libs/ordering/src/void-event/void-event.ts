import { withoutVoided, voidVersionsOf, type Uuid } from '#kernel';
import type { OrderEvent } from '../model/order';
import { EventBroken, EventNotBroken, FirstEventNeeded, applyRules, VersionNotThere } from '../model/order-errors';
import { evolveDatedOrder, type DatedOrder } from '../model/dated-order';

/** An event as it was read from a stream. `unreadable` is the error if the event could not be read. */
export interface ReadEvent {
  readonly streamId: Uuid;
  readonly version: number;
  readonly type: string;
  readonly data: unknown;
  readonly timestamp: { toISOString(): string };
  readonly unreadable?: Error;
}

export interface VoidRequest {
  readonly version: number;
  readonly reason: string;
  /** The versions of events that could not get a position in the log. */
  readonly unnumbered: ReadonlySet<number>;
}

/**
 * Declares a broken event of a stream void. Returns nothing if the event is void already. An event that can be read,
 * applied and numbered always counts, so it cannot be declared void. Throws VersionNotThere, EventNotBroken and
 * FirstEventNeeded, and the error of an event that only a newer build can read.
 */
export function voidEvent(
  stream: readonly ReadEvent[],
  { version, reason, unnumbered }: VoidRequest,
): readonly OrderEvent[] {
  const event = stream.find((one) => one.version === version);
  if (!event) throw new VersionNotThere(version, stream.at(-1)?.version ?? 0);
  if (voidVersionsOf(stream).has(version)) return [];
  const { unreadable } = event;
  if (unreadable && !(unreadable instanceof EventBroken)) throw unreadable;
  if (!unreadable && !unnumbered.has(version) && canBeApplied(stream, version))
    throw new EventNotBroken(event.type, version);
  if (version === 1) throw new FirstEventNeeded();
  return [{ type: 'EventVoided', data: { version, reason } }];
}

/** Whether the event can be folded into the order. Broken events before it are skipped. */
function canBeApplied(stream: readonly ReadEvent[], version: number): boolean {
  let order: DatedOrder | undefined;
  for (const event of withoutVoided(stream)) {
    if (event.unreadable) continue;
    const { streamId, timestamp } = event;
    try {
      const recorded = { orderId: streamId, version: event.version, at: timestamp.toISOString() };
      order = applyRules(event, () => evolveDatedOrder(order, event as unknown as OrderEvent, recorded));
    } catch {
      if (event.version === version) return false;
    }
    if (event.version === version) return true;
  }
  return true;
}
