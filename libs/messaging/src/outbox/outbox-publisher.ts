import { Injectable, Module } from '@nestjs/common';
import type { IEventPublisher } from '@nestjs/cqrs';
import type { Message } from '#kernel';
import { openDatabases, type Database } from '#database';
import { classOf } from '../messages/envelope';
import { checkMayPublish } from '../inbox/unit-of-work';
import type { Outbox } from './outbox';

/**
 * The publisher of Nest's `EventBus`. `publish` and `publishAll` write to the outbox of the context whose transaction
 * is open, and throw if no transaction is open. They need no await, because the commit stores the messages. Nest's own
 * publisher keeps events in memory only, and loses an event when its handler throws.
 */
@Injectable()
export class OutboxPublisher implements IEventPublisher<Message> {
  private readonly outboxes = new Map<Database, Outbox>();

  /** Each context adds its outbox once. */
  add(outbox: Outbox): void {
    this.outboxes.set(outbox.db, outbox);
  }

  publish<M extends Message>(message: M): void {
    this.publishAll([message]);
  }

  publishAll<M extends Message>(messages: readonly M[]): void {
    if (messages.length === 0) return;
    const { type } = classOf(messages[0]);
    checkMayPublish(type);
    const database = openDatabases().find((open) => this.outboxes.has(open));
    if (!database) throw new Error(`${type} was published outside a transaction`);
    this.outboxes.get(database)!.send(messages);
  }
}

@Module({ providers: [OutboxPublisher], exports: [OutboxPublisher] })
export class OutboxPublisherModule {}
