import { Inject, type Type } from '@nestjs/common';
import type { Message, MessageClass } from '#kernel';
import { Hears, Outbox } from '#platform/messaging';
import { Clock } from '#platform/system';
import type { ProcessDefinition } from './definition';
import { ProcessHandler } from './process-handler';

/** The provider that runs a process which needs nothing but its messages; its name in the inbox is the process's. Newest definition first. */
export function processHandler<State extends object, Heard extends Message>(
  hears: readonly MessageClass[],
  ...definitions: readonly ProcessDefinition<State, Heard>[]
): Type<ProcessHandler<State, Heard>> {
  class Process extends ProcessHandler<State, Heard> {
    static readonly handler = definitions[0].name;

    constructor(@Inject(Outbox) outbox: Outbox, @Inject(Clock) clock: Clock) {
      super(outbox, clock, ...definitions);
    }
  }
  Hears(...hears)(Process);
  return Process;
}
