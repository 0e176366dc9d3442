import 'reflect-metadata';
import { EventsHandler } from '@nestjs/cqrs';
import type { Message, MessageClass } from '#kernel';

/** What `Hears` marks: a provider with `handle(message)`. */
export interface Hearer<M extends Message = Message> {
  handle(message: M): Promise<void>;
}

/** The statics of a handler class that hears messages. */
export interface HandlerStatics {
  /** Its name in the inbox, for ever; the class's name in kebab case where it is not given. */
  readonly handler?: string;
  /** Handlers of one lane hear the messages of one key one after the other, whichever of them they are for. */
  readonly lane?: string;
  /** How many messages (of different keys) the lane handles at once; more than 4 only for those that wait for others. */
  readonly parallel?: number;
}

/** Hears messages of these classes from the inbox: `@EventsHandler` of @nestjs/cqrs, for our messages. */
export const Hears = (...classes: readonly MessageClass[]): ClassDecorator => EventsHandler(...(classes as never[]));
