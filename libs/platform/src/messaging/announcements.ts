import type { EventBus, IEventPublisher } from '@nestjs/cqrs';
import type { Message } from '#kernel';
import { Outbox } from './outbox';

/** Tells the other contexts, and asks them: durable with the transaction or handler it is called in, or not at all. */
export abstract class Announcements {
  /** Throws outside a transaction of this context. */
  abstract publish(...messages: readonly Message[]): Promise<void>;
}

/**
 * In place of Nest's in-memory publisher, which loses an event when its handler throws. The context's outbox comes
 * along as the dispatcher's context.
 */
export class OutboxPublisher implements IEventPublisher<Message> {
  publish<M extends Message>(message: M, outbox?: unknown): Promise<void> {
    return this.publishAll([message], outbox);
  }

  async publishAll<M extends Message>(messages: readonly M[], outbox?: unknown): Promise<void> {
    if (!(outbox instanceof Outbox)) throw new Error('publish through Announcements: it knows whose outbox to write');
    outbox.send(messages);
  }
}

export class BusAnnouncements extends Announcements {
  constructor(
    private readonly bus: EventBus<Message>,
    private readonly outbox: Outbox,
  ) {
    super();
  }

  async publish(...messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    await this.bus.publishAll([...messages], this.outbox);
  }
}
