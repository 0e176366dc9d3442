import type { MessageClass } from '#kernel';
import { InboxEventsHandler } from '#messaging';

/** Steps of different keys share a statement, so many of them may run at once. */
const PARALLEL = 16;

/**
 * Marks the handler of a saga. It takes the saga's name, which is also the handler's name in the inbox, and the
 * messages that it handles.
 */
export const InboxSaga = (name: string, hears: readonly MessageClass[]): ClassDecorator =>
  InboxEventsHandler(hears, { name, parallel: PARALLEL });
