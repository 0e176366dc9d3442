import 'reflect-metadata';
import { applyDecorators, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { CommandHandler, EventsHandler } from '@nestjs/cqrs';
import type { MessageClass } from '#kernel';
import type { RetryPolicy } from '../inbox/backoff';

/** How the inbox runs a handler. */
export interface InboxOptions {
  /** Its name in the inbox. It never changes, because stored messages carry it. */
  readonly name: string;
  /**
   * Handlers of one lane handle the messages of one key one after the other, in the order in which one source sent
   * them. This is so even if the messages are for different handlers of the lane. Messages of two sources have no
   * order, and a message that was committed late may arrive together with a later one. So versions and row locks must
   * prevent what may not happen twice or in the wrong order. Without this option, the handler has a lane of its own.
   */
  readonly lane?: string;
  /**
   * How many messages (of different keys) the lane handles at once. More than 4 is only for handlers that wait for
   * something else.
   */
  readonly parallel?: number;
  /** How many messages of the lane all instances together may handle at once. There is no limit by default. */
  readonly atMost?: number;
  /** After this many seconds, the handling of a message is given up and postponed. 30 by default. */
  readonly limitSeconds?: number;
  /** When a message that keeps failing becomes a dead letter. After ten attempts and an hour by default. */
  readonly retry?: RetryPolicy;
}

/** What the inbox knows of a handler class. */
export interface InboxMark extends InboxOptions {
  readonly kind: 'command' | 'events';
  readonly classes: readonly MessageClass[];
}

/** The mark of a handler class that the inbox runs. */
export const Inbox = DiscoveryService.createDecorator<InboxMark>();

/**
 * A `@CommandHandler` of @nestjs/cqrs whose command comes from the inbox. Each delivery is one `CommandBus.execute` in a
 * transaction of its own. Send the command with `EventBus.publish`, never with `CommandBus.execute`.
 */
export const InboxCommandHandler = (command: MessageClass, options: InboxOptions): ClassDecorator =>
  applyDecorators(CommandHandler(command), Inbox({ ...options, kind: 'command', classes: [command] }));

/**
 * An `@EventsHandler` of @nestjs/cqrs whose events come from the inbox. Each delivery is awaited, in a transaction of its
 * own, and repeated until it succeeds.
 */
export const InboxEventsHandler = (events: readonly MessageClass[], options: InboxOptions): ClassDecorator =>
  applyDecorators(EventsHandler(...events), Inbox({ ...options, kind: 'events', classes: events }));

/** The mark of a class, or undefined where the inbox does not run it. */
export const inboxMark = (type: Type): InboxMark | undefined =>
  Reflect.getMetadata(Inbox.KEY, type) as InboxMark | undefined;

/** The message classes that a class handles from the inbox. */
export const handledBy = (type: Type): readonly MessageClass[] => inboxMark(type)?.classes ?? [];
