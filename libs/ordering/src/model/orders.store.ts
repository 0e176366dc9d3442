import { Injectable } from '@nestjs/common';
import { derivedId, EventBroken, type Message, type Uuid } from '#kernel';
import {
  EventStore,
  VersionConflict,
  type Actor,
  type Append,
  type Appended,
  type EventMetadata,
  type Folded,
  type Guarded,
  type RecordedEvent,
} from '#event-store';
import { currentTrace, currentUnit } from '#messaging';
import { currentRequest } from '#platform/observability';
import { Clock } from '#platform/system';
import type { DatedOrder } from './dated-order';
import { announcements } from './order-announcements';
import { orderEvents } from './order-events.config';
import { OrderNotFound } from './order-errors';
import { orderFold } from './order-snapshots.config';
import { orderReducer, type Order, type OrderEvent } from './order';

/** The messages that an append sends, and the guards that its statement contains. */
export interface Alongside {
  readonly messages: readonly Message[];
  readonly guards: readonly Guarded[];
}

export interface Change {
  readonly orderId: Uuid;
  readonly commandId: Uuid;
  readonly actor: Actor;
  /** Conditions that must be true at the moment of the append, besides the version. */
  readonly guards?: readonly Guarded[];
  /** True if the stream cannot exist yet. Then nothing is read. */
  readonly isNew?: true;
  /**
   * Returns what the append also writes, and the messages that it sends. `announced` are the messages about the new
   * events.
   */
  readonly alongside?: (announced: readonly Message[]) => Alongside;
  /**
   * True for a request of a saga. If the events of the request are declared void later, a repeat of the request appends
   * again.
   */
  readonly isRequest?: boolean;
}

const MAX_TRIES = 4;

const UNPLACED: Folded<DatedOrder> = { state: undefined, version: 0 };

const foldOrder = (events: readonly RecordedEvent[], from?: DatedOrder): DatedOrder | undefined =>
  events.reduce<DatedOrder | undefined>((before, event) => orderFold.project(before, event), from);

/** Stores orders as streams: folds an order, and appends what a rule has decided. */
@Injectable()
export class Orders {
  constructor(
    private readonly store: EventStore,
    private readonly clock: Clock,
  ) {}

  /** Folds the order from its stream, up to the version `upTo` if it is given. Throws OrderNotFound. */
  async view(orderId: Uuid, upTo?: number): Promise<DatedOrder> {
    const view =
      upTo === undefined
        ? (await this.store.fold(orderId, orderFold)).state
        : foldOrder(await this.store.read(orderId, 1, upTo));
    if (!view) throw new OrderNotFound();
    return view;
  }

  /** Returns the order directly after the command, as the first response showed it. */
  async viewAfterCommand(orderId: Uuid, commandId: Uuid): Promise<DatedOrder> {
    const events = await this.store.read(orderId);
    const last = events.findLastIndex(({ metadata }) => metadata.commandId === commandId);
    const view = foldOrder(last < 0 ? events : events.slice(0, last + 1));
    if (!view) throw new OrderNotFound();
    return view;
  }

  /**
   * Calls `decide` with the current order, and appends the facts that it returns. If another append came first, this
   * method reads and decides again. In a message handler it throws VersionConflict instead, and the inbox retries.
   * Returns undefined if the order does not exist, and `decide` does not create it.
   */
  async change(change: Change, decide: (order: Order) => readonly OrderEvent[]): Promise<DatedOrder | undefined> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.tryChange(change, decide);
      } catch (error) {
        if (!(error instanceof VersionConflict) || tries === MAX_TRIES || currentUnit()) throw error;
      }
    }
  }

  private async tryChange(
    change: Change,
    decide: (order: Order) => readonly OrderEvent[],
  ): Promise<DatedOrder | undefined> {
    const { orderId, commandId } = change;
    const { state: view, version } = change.isNew ? UNPLACED : await this.store.fold(orderId, orderFold);
    const before = view?.order ?? orderReducer.initial;
    const events = decide(before);
    if (events.length === 0) return view;
    const claimed = currentUnit()?.claimed;
    const announced = announcements(orderId, before, version, events, this.clock.now().toISOString());
    const { messages, guards } = change.alongside?.(announced) ?? { messages: announced, guards: change.guards };
    const appended = await this.append(change, {
      streamId: orderId,
      expectedVersion: version,
      commandId,
      events: events.map(({ type, data }) => ({ type, schemaVersion: orderEvents.current(type), data })),
      metadata: this.metadata(change),
      messages,
      ...(guards && { guards }),
      ...(claimed && { claimed }),
    });
    if (appended === 'unreadable') return this.decideAgain(change, decide);
    if (appended.repeated && change.isRequest) return this.decideAgain(change, decide);
    return appended.repeated ? this.view(orderId, appended.version) : foldOrder(appended.events, view);
  }

  private async append({ isRequest }: Change, append: Append): Promise<Appended | 'unreadable'> {
    try {
      return await this.store.append(append);
    } catch (error) {
      // An earlier delivery of the request appended an event, but that event cannot be read.
      if (isRequest && error instanceof EventBroken) return 'unreadable';
      throw error;
    }
  }

  /**
   * An earlier delivery of the request has appended events already. If an event of the order was declared void, perhaps
   * it was one of these events. Then the request is decided again, as a new command.
   */
  private async decideAgain(
    change: Change,
    decide: (order: Order) => readonly OrderEvent[],
  ): Promise<DatedOrder | undefined> {
    const { orderId, commandId } = change;
    const voided = await this.store.voidedOf(orderId);
    if (voided.size === 0) return this.view(orderId);
    return this.tryChange({ ...change, commandId: derivedId(commandId, `after ${Math.max(...voided)}`) }, decide);
  }

  private metadata({ commandId, actor }: Change): EventMetadata {
    const trace = currentTrace();
    const requestId = trace?.requestId ?? currentRequest()?.requestId;
    return {
      commandId,
      correlationId: trace?.correlationId ?? commandId,
      ...(trace?.causationId && { causationId: trace.causationId }),
      actor,
      ...(requestId && { requestId }),
    };
  }
}
