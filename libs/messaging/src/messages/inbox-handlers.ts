import 'reflect-metadata';
import { applyDecorators, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { CommandHandler, EventsHandler } from '@nestjs/cqrs';
import type { Message, MessageClass } from '#kernel';
import type { ContextName } from '#platform/config';
import type { RetryPolicy } from '../inbox/backoff';

/**
 * A condition that no message fulfils, for `onlyIf`. Use it if another handler of this build does the work for this
 * type. The handler keeps its subscription, because an earlier build does not have the other handler.
 */
export const NO_MESSAGE = '$ ? (1 == 0)';

/** A message that an operator gave up. */
export interface DroppedMessage {
  readonly type: string;
  readonly key: string;
}

/** How the inbox runs a handler. */
export interface InboxOptions {
  /** The handler's name in the inbox. It must never change, because stored messages contain it. */
  readonly name: string;
  /**
   * In one lane, the messages of one key are handled one after the other, even if they are for different handlers. They
   * are handled in the order in which their source sent them. Messages of two sources have no order, and a message that
   * was committed late can arrive together with a later message. So a handler still needs versions or row locks against
   * wrong order and repetition. By default, each handler has its own lane.
   */
  readonly lane?: string;
  /**
   * The number of messages (of different keys) that a process handles at once in the lane. 4 by default. Use more only
   * for handlers that mostly wait.
   */
  readonly parallel?: number;
  /** The number of messages of the lane that all instances together may handle at once. No limit by default. */
  readonly atMost?: number;
  /** After this many seconds, the handling of a message is aborted, and the message is postponed. 30 by default. */
  readonly limitSeconds?: number;
  /**
   * The other contexts that are allowed to send these messages. Usually only the context after which a message is named
   * sends it. Exceptions are commands and `identity.part-erased`. None by default.
   */
  readonly senders?: readonly ContextName[];
  /**
   * For a message type, a condition (jsonpath) on the body. Messages that do not fulfil it are not delivered. Use it
   * for messages that the handler would ignore. The handler must still ignore them, because an older build may have
   * subscribed to all messages of the type.
   */
  readonly onlyIf?: Readonly<Record<string, string>>;
  /**
   * The messages to send when an operator drops a message of this handler. They start a repair, because no handler does
   * the work of the dropped message. They are sent in the transaction that drops the message.
   */
  readonly afterDrop?: (dropped: DroppedMessage) => readonly Message[];
  /** When a failing message becomes a dead letter. By default, after ten attempts, but not in the first hour. */
  readonly retry?: RetryPolicy;
}

/** The metadata of a handler class that the inbox runs. */
export interface InboxMetadata extends InboxOptions {
  readonly kind: 'command' | 'events';
  readonly classes: readonly MessageClass[];
}

/** The decorator for a handler class that the inbox runs. */
export const Inbox = DiscoveryService.createDecorator<InboxMetadata>();

/**
 * A `@CommandHandler` of @nestjs/cqrs whose command comes from the inbox. Each delivery is one `CommandBus.execute` in
 * a transaction of its own. Send the command with `EventBus.publish`, never with `CommandBus.execute`.
 */
export const InboxCommandHandler = (command: MessageClass, options: InboxOptions): ClassDecorator =>
  applyDecorators(CommandHandler(command), Inbox({ ...options, kind: 'command', classes: [command] }));

/**
 * An `@EventsHandler` of @nestjs/cqrs whose events come from the inbox. Each delivery is awaited, in a transaction of
 * its own, and repeated until it succeeds.
 */
export const InboxEventsHandler = (events: readonly MessageClass[], options: InboxOptions): ClassDecorator =>
  applyDecorators(EventsHandler(...events), Inbox({ ...options, kind: 'events', classes: events }));

/** The metadata of a handler class. Undefined if the inbox does not run the class. */
export const inboxMetadata = (type: Type): InboxMetadata | undefined =>
  Reflect.getMetadata(Inbox.KEY, type) as InboxMetadata | undefined;

/** The message classes that a class handles from the inbox. */
export const handledBy = (type: Type): readonly MessageClass[] => inboxMetadata(type)?.classes ?? [];
