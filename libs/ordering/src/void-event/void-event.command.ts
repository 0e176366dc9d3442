import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import { EventStore, type Actor } from '#event-store';
import { currentRequest, redactText } from '#platform/observability';
import { Sagas } from '#messaging/sagas';
import { Ids } from '#platform/system';
import { orderEvents } from '../model/order-events.config';
import { ReviewOrder } from '../checkout/checkout-messages';
import type { Checkout } from '../checkout/checkout-steps';
import { EventBroken, OrderNotFound } from '../model/order-errors';
import { Orders } from '../model/orders.store';
import { showEvents, type ShownEvent } from '../order-history/event-log.query';
import type { Refunds } from '../refund-order/refunds-steps';
import type { SagaStates } from './review-order';
import { stateAfterVoid, stateWhileBroken, type StateAfterVoid } from './state-after-void';
import { headRepairNote } from './mend-head.command';
import { voidEvent, type VoidRequest } from './void-event';

/** The event that declares another event void, and the state of the order without the void event. */
export interface VoidedEvent extends ShownEvent {
  readonly leaves: StateAfterVoid;
}

/** Declares an unreadable event of an order void, so that the order can continue. The declaration is an event too. */
export class VoidEvent extends Command<VoidedEvent> {
  constructor(
    readonly orderId: Uuid,
    readonly version: number,
    /** Stored in the event after e-mail addresses and numbers were removed. It should contain no names. */
    readonly reason: string,
    readonly actor: Actor,
  ) {
    super();
  }
}

@CommandHandler(VoidEvent)
export class VoidEventHandler implements ICommandHandler<VoidEvent> {
  constructor(
    private readonly store: EventStore,
    private readonly orders: Orders,
    private readonly sagas: Sagas,
    private readonly ids: Ids,
  ) {}

  /**
   * Returns the event that declares the other event void, even if an earlier request appended it. The message
   * ReviewOrder makes the sagas compare their state with the order.
   */
  async execute({ orderId, version, reason, actor }: VoidEvent): Promise<VoidedEvent> {
    const unnumbered = new Set(
      (await this.store.unnumbered(orderId)).flatMap((one) => (one.error ? [one.version] : [])),
    );
    const sagaStates = await this.sagaStates(orderId); // read before the sagas get the message
    // A forged event can have a higher version than the head. Then every append would fail, so the head is repaired
    // first.
    await this.store.withRepairedHead(orderId, async (headBefore) => {
      const reasonWithNote = [redactText(reason), ...(headBefore ? [headRepairNote(headBefore)] : [])].join(' ');
      await this.declare(orderId, actor, { version, reason: reasonWithNote, unnumbered });
    });

    const leaves = await this.findStateAfterVoid(orderId, sagaStates);
    const stream = showEvents(await this.store.readStored(orderId));
    const event = stream.find(
      ({ type, data }) => type === 'EventVoided' && (data as { version?: unknown }).version === version,
    )!;
    return { ...event, leaves };
  }

  private async declare(orderId: Uuid, actor: Actor, request: VoidRequest): Promise<void> {
    const stream = await this.store.readMarked(orderId);
    if (stream.length === 0) throw new OrderNotFound();
    const events = voidEvent(stream, request);
    const commandId = this.ids.next();
    const requestId = currentRequest()?.requestId;
    await this.store.append({
      streamId: orderId,
      expectedVersion: stream[stream.length - 1].version,
      commandId,
      events: events.map(({ type, data }) => ({ type, schemaVersion: orderEvents.current(type), data })),
      metadata: { commandId, correlationId: commandId, actor, ...(requestId && { requestId }) },
      messages: [new ReviewOrder({ orderId })],
    });
  }

  private async sagaStates(orderId: Uuid): Promise<SagaStates> {
    const checkout = await this.sagas.view('checkout', orderId);
    const refunds = await this.sagas.view('refunds', orderId);
    return { checkout: checkout?.state as Checkout | undefined, refunds: refunds?.state as Refunds | undefined };
  }

  private async findStateAfterVoid(orderId: Uuid, sagaStates: SagaStates): Promise<StateAfterVoid> {
    try {
      return stateAfterVoid(await this.orders.view(orderId), sagaStates);
    } catch (error) {
      if (error instanceof EventBroken) return stateWhileBroken(error.message);
      throw error;
    }
  }
}
