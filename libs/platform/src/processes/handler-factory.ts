import { Inject, type Type } from '@nestjs/common';
import type { Message, MessageClass } from '#kernel';
import { Hears, Outbox } from '#platform/messaging';
import { Clock } from '#platform/system';
import type { ProcessDefinition } from './definition';
import { ProcessHandler } from './process-handler';

/** The provider that runs a process which needs nothing but its messages; its name in the inbox is the process's. */
export function processHandler<State extends object, Heard extends Message>(
  definitions: ProcessDefinition<State, Heard> | readonly ProcessDefinition<State, Heard>[],
  hears: readonly MessageClass[],
): Type<ProcessHandler<State, Heard>> {
  const all = [definitions].flat() as ProcessDefinition<State, Heard>[];
  class Process extends ProcessHandler<State, Heard> {
    static readonly handler = all[0]!.name;

    constructor(@Inject(Outbox) outbox: Outbox, @Inject(Clock) clock: Clock) {
      super(outbox, clock, ...all);
    }
  }
  Hears(...hears)(Process);
  return Process;
}
