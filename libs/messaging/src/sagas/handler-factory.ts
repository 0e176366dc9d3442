import { Inject, type Type } from '@nestjs/common';
import type { Message, MessageClass } from '#kernel';
import { Outbox } from '#messaging';
import { MacKey } from '#platform/macs';
import { DatabaseTime } from '#platform/system';
import type { SagaDefinition } from './definition';
import { InboxSaga } from './inbox-saga';
import { SagaHandler } from './saga-handler';

/**
 * Makes the provider of a saga that needs nothing but its messages. The handler's name in the inbox is the saga's name.
 * Give the newest definition first. The earlier ones continue the sagas that began with them.
 */
export function sagaHandler<State extends object, Heard extends Message>(
  hears: readonly MessageClass[],
  definition: SagaDefinition<State, Heard>,
  ...earlier: readonly SagaDefinition<State, Heard>[]
): Type<SagaHandler<State, Heard>> {
  class Saga extends SagaHandler<State, Heard> {
    constructor(@Inject(Outbox) outbox: Outbox, @Inject(DatabaseTime) time: DatabaseTime, @Inject(MacKey) key: MacKey) {
      super(outbox, time, key, definition, ...earlier);
    }
  }
  InboxSaga(definition.name, hears)(Saga);
  return Saga;
}
