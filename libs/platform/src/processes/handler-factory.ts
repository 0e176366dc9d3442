import { Inject, type Type } from '@nestjs/common';
import type { Message, MessageClass } from '#kernel';
import { Hears, Outbox } from '#platform/messaging';
import { Clock } from '#platform/system';
import type { ProcessDefinition } from './definition';
import { ProcessHandler } from './process-handler';

/**
 * The provider that runs a process which needs nothing but its messages; its name in the inbox is the process's.
 * Newest definition first; the earlier ones serve what began with them.
 */
export function processHandler<State extends object, Heard extends Message>(
  hears: readonly MessageClass[],
  definition: ProcessDefinition<State, Heard>,
  ...earlier: readonly ProcessDefinition<State, Heard>[]
): Type<ProcessHandler<State, Heard>> {
  class Process extends ProcessHandler<State, Heard> {
    static readonly handler = definition.name;

    constructor(@Inject(Outbox) outbox: Outbox, @Inject(Clock) clock: Clock) {
      super(outbox, clock, definition, ...earlier);
    }
  }
  Hears(...hears)(Process);
  return Process;
}
