import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import {
  EventStore,
  VersionConflict,
  type Actor,
  type Append,
  type EventMetadata,
  type Folded,
  type IdempotencyKey,
  type RecordedEvent,
} from '#platform/event-store';
import { currentTrace, currentUnit } from '#platform/messaging';
import { ambient } from '#platform/observability';
import { Clock } from '#platform/system';
import { orderView } from '../projections/order-view.projection';
import type { OrderView } from '../view-order/order-view';
import { announcements } from './order-announcements';
import { orderEvents } from './order-events.config';
import { OrderNotFound } from './order-errors';
import { orderFold } from './order-snapshots.config';
import { orderLife, type Order, type OrderEvent } from './order';

export interface Change {
  readonly orderId: Uuid;
  readonly commandId: Uuid;
  readonly actor: Actor;
  readonly idempotency?: IdempotencyKey;
  readonly account?: Append['account'];
  readonly cart?: Append['cart'];
  /** The stream cannot exist yet, so that there is nothing to read. */
  readonly fresh?: true;
}

const TRIES = 4;

const UNPLACED: Folded<OrderView> = { state: undefined, version: 0 };

const viewOf = (events: readonly RecordedEvent[], from?: OrderView): OrderView | undefined =>
  events.reduce<OrderView | undefined>((view, event) => orderView.project(view, event), from);

/** Orders as streams: load, decide, append. */
@Injectable()
export class Orders {
  constructor(
    private readonly store: EventStore,
    private readonly clock: Clock,
  ) {}

  /** The order as its stream tells it, up to a version. Throws OrderNotFound. */
  async view(orderId: Uuid, upTo?: number): Promise<OrderView> {
    const view =
      upTo === undefined
        ? (await this.store.fold(orderId, orderFold)).state
        : viewOf(await this.store.read(orderId, 1, upTo));
    if (!view) throw new OrderNotFound();
    return view;
  }

  /** The order as it was when the command had been carried out: what its first answer showed. */
  async asAnswered(orderId: Uuid, commandId: Uuid): Promise<OrderView> {
    const events = await this.store.read(orderId);
    const last = events.findLastIndex(({ metadata }) => metadata.commandId === commandId);
    const view = viewOf(last < 0 ? events : events.slice(0, last + 1));
    if (!view) throw new OrderNotFound();
    return view;
  }

  /**
   * Decides on the order as it is now, and appends what was decided; read and decided again when somebody came first.
   * In a message handler the inbox does the trying again. Undefined for an order that is not there and does not come about.
   */
  async change(change: Change, decide: (order: Order) => readonly OrderEvent[]): Promise<OrderView | undefined> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.once(change, decide);
      } catch (error) {
        if (!(error instanceof VersionConflict) || tries === TRIES || currentUnit()) throw error;
      }
    }
  }

  private async once(change: Change, decide: (order: Order) => readonly OrderEvent[]): Promise<OrderView | undefined> {
    const { orderId, commandId, account, idempotency, cart } = change;
    const { state: view, version } = change.fresh ? UNPLACED : await this.store.fold(orderId, orderFold);
    const before = view?.order ?? orderLife.initial;
    const events = decide(before);
    if (events.length === 0) return view;
    const claimed = currentUnit()?.claimed;
    const appended = await this.store.append({
      streamId: orderId,
      expectedVersion: version,
      commandId,
      events: events.map(({ type, data }) => ({ type, schemaVersion: orderEvents.current(type), data })),
      metadata: this.metadata(change),
      messages: announcements(orderId, before, version, events, this.clock.now().toISOString()),
      ...(account && { account }),
      ...(idempotency && { idempotency }),
      ...(cart && { cart }),
      ...(claimed && { claimed }),
    });
    return appended.repeated ? this.view(orderId, appended.version) : viewOf(appended.events, view);
  }

  private metadata({ commandId, actor }: Change): EventMetadata {
    const trace = currentTrace();
    const requestId = trace?.requestId ?? ambient()?.requestId;
    return {
      commandId,
      correlationId: trace?.correlationId ?? commandId,
      ...(trace?.causationId && { causationId: trace.causationId }),
      actor,
      ...(requestId && { requestId }),
    };
  }
}
