import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import { Database, statement } from '#platform/database';
import { EventStore, type RecordedEvent } from '#platform/event-store';
import { Vault, type Opened } from '#platform/privacy';
import { ReadModels } from '#platform/projections';
import { EventBroken, madeOf, OrderNotFound } from '../model/order-errors';
import { orderFold } from '../model/order-snapshots.config';
import { orderView } from '../projections/order-view.projection';
import { asOfToday } from './as-of-today.query';
import { showOrder, showToOwner, type SealedOrder } from './order-answer';
import { isTheirs, type OrderView, type Reader } from './order-view';

export interface SeenOrder {
  readonly order: Opened<SealedOrder>;
  /** The version that was asked for has not been reached. */
  readonly stale: boolean;
}

/** Looks at one order; `reader` is left out for staff. Whoever it does not belong to is told that it does not exist. */
export class ViewOrder extends Query<SeenOrder> {
  constructor(
    readonly orderId: Uuid,
    readonly reader?: Reader,
    readonly minVersion = 0,
  ) {
    super();
  }
}

/** The view of an order, folded from its stream. Throws for an event that this build cannot read, or make anything of. */
export const foldView = (events: readonly RecordedEvent[]): OrderView | undefined =>
  events.reduce<OrderView | undefined>((view, event) => {
    if (event.unreadable) throw event.unreadable;
    return madeOf(event, () => orderView.project(view, event));
  }, undefined);

/** Whoever it does not belong to is told that it does not exist, and so is everybody where its beginning is broken. */
export function mustBeTheirs([first]: readonly RecordedEvent[], reader: Reader): void {
  if (!first || !isPlacedBy(first, reader)) throw new OrderNotFound();
}

function isPlacedBy(first: RecordedEvent, reader: Reader): boolean {
  try {
    const view = foldView([first]);
    return madeOf(first, () => view !== undefined && isTheirs(view, reader));
  } catch (error) {
    if (error instanceof EventBroken) return false;
    throw error;
  }
}

const patience = 2_000;

@QueryHandler(ViewOrder)
export class ViewOrderHandler implements IQueryHandler<ViewOrder> {
  constructor(
    private readonly db: Database,
    private readonly models: ReadModels,
    private readonly store: EventStore,
    private readonly vault: Vault,
  ) {}

  async execute({ orderId, reader, minVersion }: ViewOrder): Promise<SeenOrder> {
    const view = await this.find(orderId, minVersion, reader);
    if (!view || (reader && !isTheirs(view, reader))) throw new OrderNotFound();
    return {
      order: await this.vault.openAll((reader ? showToOwner : showOrder)(view)),
      stale: view.version < minVersion,
    };
  }

  private async find(orderId: Uuid, minVersion: number, reader?: Reader): Promise<OrderView | undefined> {
    const seen = await this.read(orderId);
    if (seen && (seen.version >= minVersion || (reader && !isTheirs(seen, reader)))) return seen;
    // Not projected yet: the order's own stream knows, and an unknown id is not waited for.
    const { state: folded } = await this.store.fold(orderId, orderFold);
    if (!folded || folded.version >= minVersion || (reader && !isTheirs(folded, reader))) return folded;
    await this.models.waitFor('order-view', orderId, minVersion, patience);
    return (await this.read(orderId)) ?? folded;
  }

  private async read(orderId: Uuid): Promise<OrderView | undefined> {
    return this.models.read('order-view', async (table, outdated) => {
      const [row] = await this.db.query<{ view: OrderView }>(
        statement(`view-order ${table}`, `select view from ${table} where order_id = $1`),
        [orderId],
      );
      return row && outdated ? asOfToday(row.view, this.store) : row?.view;
    });
  }
}
