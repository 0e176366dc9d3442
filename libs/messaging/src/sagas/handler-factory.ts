import { Inject, type Type } from '@nestjs/common';
import type { Message, MessageClass } from '#kernel';
import { Outbox } from '#messaging';
import { MacKey } from '#platform/macs';
import { DatabaseTime } from '#platform/system';
import type { SagaDefinition } from './definition';
import { InboxSaga } from './inbox-saga';
import { SagaHandler } from './saga-handler';

/**
 * Makes a provider that runs a saga. `messages` are the messages that the saga handles. In the inbox, the handler has
 * the name of the saga. Give the newest definition first. The earlier ones continue the sagas that began with them.
 */
export function sagaHandler<State extends object, Handled extends Message>(
  messages: readonly MessageClass[],
  definition: SagaDefinition<State, Handled>,
  ...earlier: readonly SagaDefinition<State, Handled>[]
): Type<SagaHandler<State, Handled>> {
  class Saga extends SagaHandler<State, Handled> {
    constructor(@Inject(Outbox) outbox: Outbox, @Inject(DatabaseTime) time: DatabaseTime, @Inject(MacKey) key: MacKey) {
      super(outbox, time, key, definition, ...earlier);
    }
  }
  InboxSaga(definition.name, messages)(Saga);
  return Saga;
}
