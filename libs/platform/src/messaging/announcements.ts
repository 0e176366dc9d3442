import type { EventBus, IEventPublisher } from '@nestjs/cqrs';
import type { Message } from '#kernel';
import { classOf } from './envelope';
import { Outbox } from './outbox';
import { mayTell } from './unit';

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

  publish(...messages: readonly Message[]): Promise<void> {
    // Thrown, not rejected: a projection does not wait for what it was not to do.
    for (const message of messages) mayTell(classOf(message).type);
    return messages.length === 0 ? Promise.resolve() : this.hand(messages);
  }

  private async hand(messages: readonly Message[]): Promise<void> {
    await this.bus.publishAll([...messages], this.outbox);
  }
}
