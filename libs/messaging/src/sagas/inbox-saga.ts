import type { MessageClass } from '#kernel';
import { InboxEventsHandler } from '#messaging';

/** Steps of different keys are written by one statement, so many messages may be handled at once. */
const PARALLEL = 16;

/**
 * Marks a class as the handler of a saga. `name` is the saga's name, and also the handler's name in the inbox. `hears`
 * are the messages that it handles.
 */
export const InboxSaga = (name: string, hears: readonly MessageClass[]): ClassDecorator =>
  InboxEventsHandler(hears, { name, parallel: PARALLEL });
