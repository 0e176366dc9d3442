import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { withoutVoided, type Uuid } from '#kernel';
import { Database, statement } from '#database';
import { EventStore, type RecordedEvent } from '#event-store';
import { Vault, type Opened } from '#platform/privacy';
import { isBehind, ReadModels } from '#event-store/projections';
import { recordedOf } from '../model/dated-order';
import type { OrderEvent } from '../model/order';
import { EventBroken, applyRules, OrderNotFound } from '../model/order-errors';
import { orderFold } from '../model/order-snapshots.config';
import { isOwnedBy, type Reader } from '../model/readers';
import { upgradeView } from './upgrade-view.query';
import { showOrder, showToOwner, type SealedOrder } from './order-answer';
import { projectOrder, type OrderView } from './order-view';

export interface SeenOrder {
  readonly order: Opened<SealedOrder>;
  /** True if the requested version is not reached yet. */
  readonly stale: boolean;
  /** True if a later event cannot be read. `order` is the order before that event. */
  readonly behind: boolean;
}

interface Found {
  readonly view: OrderView;
  readonly behind: boolean;
}

/** Reads one order. `reader` is absent for staff. Throws OrderNotFound for a reader who does not own the order. */
export class ViewOrder extends Query<SeenOrder> {
  constructor(
    readonly orderId: Uuid,
    readonly reader?: Reader,
    readonly minVersion = 0,
  ) {
    super();
  }
}

/**
 * The view of an order, folded from its stream without void events. Throws for an event that this build cannot read or
 * apply.
 */
export const foldView = (events: readonly RecordedEvent[]): OrderView | undefined =>
  withoutVoided(events).reduce<OrderView | undefined>((view, event) => {
    if (event.unreadable) throw event.unreadable;
    return applyRules(event, () => projectOrder(view, event as unknown as OrderEvent, recordedOf(event)));
  }, undefined);

/**
 * Throws OrderNotFound for a reader who does not own the order. If the first event is broken, this function throws for
 * every reader.
 */
export function mustOwn([first]: readonly RecordedEvent[], reader: Reader): void {
  if (!first || !isPlacedBy(first, reader)) throw new OrderNotFound();
}

function isPlacedBy(first: RecordedEvent, reader: Reader): boolean {
  try {
    const view = foldView([first]);
    return applyRules(first, () => view !== undefined && isOwnedBy(view, reader));
  } catch (error) {
    if (error instanceof EventBroken) return false;
    throw error;
  }
}

const LONGEST_WAIT_MS = 2_000;

@QueryHandler(ViewOrder)
export class ViewOrderHandler implements IQueryHandler<ViewOrder> {
  constructor(
    private readonly db: Database,
    private readonly models: ReadModels,
    private readonly store: EventStore,
    private readonly vault: Vault,
  ) {}

  async execute({ orderId, reader, minVersion }: ViewOrder): Promise<SeenOrder> {
    const found = await this.find(orderId, minVersion, reader);
    if (!found || (reader && !isOwner(found.view, reader))) throw new OrderNotFound();
    const { view, behind } = found;
    return {
      order: await this.vault.openAll(await this.show(view, reader), view.id),
      stale: view.version < minVersion,
      behind,
    };
  }

  /**
   * If the row cannot be shown, the order is computed from its events. This throws EventBroken for a broken event. If
   * it succeeds, the computed order is shown. If that order cannot be shown either, EventBroken is thrown for the order.
   */
  private async show(view: OrderView, reader?: Reader): Promise<SealedOrder> {
    const show = reader ? showToOwner : showOrder;
    try {
      return show(view);
    } catch {
      const { state, version } = await this.store.fold(view.id, orderFold);
      return applyRules({ type: 'Order', version }, () => show(state!));
    }
  }

  private async find(orderId: Uuid, minVersion: number, reader?: Reader): Promise<Found | undefined> {
    const seen = await this.read(orderId);
    if (seen && (seen.behind || seen.view.version >= minVersion || (reader && !isOwner(seen.view, reader))))
      return seen;
    // The read model does not have the order or the version yet, so the stream is read. For an unknown id there is no
    // wait.
    const { state: view } = await this.store.fold(orderId, orderFold);
    const folded = view && { view, behind: false };
    if (!view || view.version >= minVersion || (reader && !isOwner(view, reader))) return folded;
    await this.models.waitFor('order-view', orderId, minVersion, LONGEST_WAIT_MS);
    return (await this.read(orderId)) ?? folded;
  }

  private async read(orderId: Uuid): Promise<Found | undefined> {
    return this.models.read('order-view', async (table, outdated) => {
      const [row] = await this.db.query<Found>(
        statement(
          `view-order ${table}`,
          `select t.view, ${isBehind(table, 'order_id')} as behind from ${table} t where t.order_id = $1`,
        ),
        [orderId],
      );
      return row && outdated ? { ...row, view: await upgradeView(row.view, this.store) } : row;
    });
  }
}

/** False if the order's first event was broken, because then the owner is not known. */
function isOwner(view: OrderView, reader: Reader): boolean {
  try {
    return isOwnedBy(view, reader);
  } catch {
    return false;
  }
}
