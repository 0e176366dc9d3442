import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { NotFound, type Uuid } from '#kernel';
import { EventStore, type RecordedEvent } from '#platform/event-store';
import { Vault, type Opened } from '#platform/privacy';
import { OrderNotFound } from '../model/order-errors';
import { showOrder, type SealedOrder } from '../view-order/order-answer';
import { foldView } from '../view-order/view-order.query';
import { changesBetween, type Change } from './changes';

/** The version as it was at an instant, or the one of that number; the present one when neither is given. */
export type When = { readonly version?: number | undefined; readonly at?: Date | undefined };

/** An order as it was: the fold of its first events. */
export class OrderState extends Query<Opened<SealedOrder>> {
  constructor(
    readonly orderId: Uuid,
    readonly when: When,
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
    const events = await streamOf(this.store, orderId);
    const { version, at } = when;
    if (version !== undefined && version > events.length) throw new NotFound('version');
    const prefix = events.filter(
      (event) => (version === undefined || event.version <= version) && (at === undefined || event.timestamp <= at),
    );
    const view = foldView(prefix);
    if (!view) throw new NotFound('version');
    return this.vault.openAll(showOrder(view));
  }
}

export interface OrderDifference {
  readonly orderId: Uuid;
  readonly from: number;
  readonly to: number;
  readonly changes: readonly Change[];
  readonly events: readonly { readonly version: number; readonly type: string; readonly timestamp: string }[];
}

/** What changed between two versions of an order, and by which events; version 0 is before it was placed. */
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
    const events = await streamOf(this.store, orderId);
    const to = upTo ?? events.length;
    if (from > events.length || to > events.length) throw new NotFound('version');
    const changes = changesBetween(shownAt(events, from), shownAt(events, to));
    return {
      orderId,
      from,
      to,
      changes: await this.vault.openAll(changes),
      events: events
        .filter(({ version }) => version > Math.min(from, to) && version <= Math.max(from, to))
        .map(({ version, type, timestamp }) => ({ version, type, timestamp: timestamp.toISOString() })),
    };
  }
}

const shownAt = (events: readonly RecordedEvent[], version: number): object => {
  const view = foldView(events.filter((event) => event.version <= version));
  return view ? showOrder(view) : {};
};

/** What this build cannot read is marked: an earlier version can be shown all the same. Throws OrderNotFound. */
export async function streamOf(store: EventStore, orderId: Uuid): Promise<RecordedEvent[]> {
  const events = await store.readMarked(orderId);
  if (events.length === 0) throw new OrderNotFound();
  return events;
}
