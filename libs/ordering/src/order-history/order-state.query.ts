import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { microsOf, type Uuid } from '#kernel';
import { EventStore, instantOfEvent, type RecordedEvent } from '#event-store';
import { Vault, type Opened } from '#platform/privacy';
import { NotPlacedYet, OrderNotFound, VersionNotThere } from '../model/order-errors';
import { showOrder, type SealedOrder } from '../view-order/order-answer';
import { foldView } from '../view-order/view-order.query';
import { changesBetween, type Change } from './changes';

/** A version by its number, or the version at an instant. If both fields are absent, the current version is meant. */
export type VersionOrInstant = {
  readonly version?: number | undefined;
  /** ISO 8601 with a zone, to the microsecond. */
  readonly at?: string | undefined;
};

/**
 * An order as it was at a version or at an instant. The state is the fold of the events up to this version or instant.
 */
export class OrderState extends Query<Opened<SealedOrder>> {
  constructor(
    readonly orderId: Uuid,
    readonly when: VersionOrInstant,
  ) {
    super();
  }
}

@QueryHandler(OrderState)
export class OrderStateHandler implements IQueryHandler<OrderState> {
  constructor(
    private readonly store: EventStore,
    private readonly vault: Vault,
  ) {}

  async execute({ orderId, when }: OrderState): Promise<Opened<SealedOrder>> {
    const events = await readStream(this.store, orderId);
    const view = foldView(events.slice(0, countEventsUntil(events, when)));
    if (!view) throw new OrderNotFound(); // the first event is missing
    return this.vault.openAll(showOrder(view), view.id);
  }
}

/**
 * The number of events up to a version or an instant. For an instant, the function looks for the last event that is not
 * later than the instant. This event and all events before it count. An event before it can have a later time, if a
 * clock was set back. Throws VersionNotThere, NotPlacedYet.
 */
export function countEventsUntil(events: readonly RecordedEvent[], { version, at }: VersionOrInstant): number {
  if (version !== undefined) {
    mustHaveVersion(events, version);
    return events.filter((event) => event.version <= version).length;
  }
  const instant = microsOf(at);
  if (instant === undefined) return events.length;
  const last = events.findLastIndex((event) => (microsOf(instantOfEvent(event)) ?? instant + 1n) <= instant);
  if (last < 0) throw new NotPlacedYet(instantOfEvent(events[0]));
  return last + 1;
}

function mustHaveVersion(events: readonly RecordedEvent[], version: number): void {
  const present = events[events.length - 1].version;
  if (version > present) throw new VersionNotThere(version, present);
}

export interface OrderDifference {
  readonly orderId: Uuid;
  readonly from: number;
  readonly to: number;
  readonly changes: readonly Change[];
  readonly events: readonly { readonly version: number; readonly type: string; readonly timestamp: string }[];
}

/**
 * What changed between two versions of an order, and which events changed it. Version 0 is before the order was placed.
 */
export class DiffOrder extends Query<OrderDifference> {
  constructor(
    readonly orderId: Uuid,
    readonly from: number,
    readonly to?: number,
  ) {
    super();
  }
}

@QueryHandler(DiffOrder)
export class DiffOrderHandler implements IQueryHandler<DiffOrder> {
  constructor(
    private readonly store: EventStore,
    private readonly vault: Vault,
  ) {}

  async execute({ orderId, from, to: upTo }: DiffOrder): Promise<OrderDifference> {
    const events = await readStream(this.store, orderId);
    const to = upTo ?? events[events.length - 1].version;
    for (const version of [from, to]) mustHaveVersion(events, version);
    const changes = changesBetween(showAt(events, from), showAt(events, to));
    return {
      orderId,
      from,
      to,
      changes: await openChanges(this.vault, changes, orderId),
      events: events
        .filter(({ version }) => version > Math.min(from, to) && version <= Math.max(from, to))
        .map((event) => ({ version: event.version, type: event.type, timestamp: instantOfEvent(event) })),
    };
  }
}

const showAt = (events: readonly RecordedEvent[], version: number): object => {
  const view = foldView(events.filter((event) => event.version <= version));
  return view ? showOrder(view) : {};
};

/**
 * Reads the whole stream. Events that this build cannot read are marked, so that the versions before them can still be
 * shown. Throws OrderNotFound.
 */
export async function readStream(store: EventStore, orderId: Uuid): Promise<RecordedEvent[]> {
  const events = await store.readMarked(orderId);
  if (events.length === 0) throw new OrderNotFound();
  return events;
}

/**
 * Opens the sealed values of the changes. A sealed value is bound to a field of the order. The last name in the path of
 * the change is this field.
 */
export async function openChanges(vault: Vault, changes: readonly Change[], order: Uuid): Promise<readonly Change[]> {
  const pairs = changes.map(({ path, before, after }) => {
    const name = path.slice(path.lastIndexOf('.') + 1);
    return [{ [name]: before }, { [name]: after }];
  });
  const openedPairs = (await vault.openAll(pairs, pairs.map(() => order))) as typeof pairs; // prettier-ignore
  return changes.map(({ path }, at) => {
    const [before, after] = openedPairs[at].map((one) => Object.values(one)[0]);
    return { path, before, after };
  });
}
