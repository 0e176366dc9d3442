import type { MessageClass } from '#kernel';
import { InboxEventsHandler, type InboxOptions } from '#messaging';

/** One statement writes the steps of many sagas, so many messages can be handled at once. */
const PARALLEL = 16;

/**
 * Marks a class as the handler of a saga. `name` is the saga's name, and also the handler's name in the inbox.
 * `messages` are the messages that the saga handles.
 */
export const InboxSaga = (
  name: string,
  messages: readonly MessageClass[],
  options: Pick<InboxOptions, 'onlyIf' | 'afterDrop'> = {},
): ClassDecorator => InboxEventsHandler(messages, { ...options, name, parallel: PARALLEL });
