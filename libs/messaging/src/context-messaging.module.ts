import type { DynamicModule } from '@nestjs/common';
import type { MessageClass } from '#kernel';
import type { ContextName } from '#platform/config';
import { DatabaseModule, Databases } from '#database';
import { Clock, Ids } from '#platform/system';
import { ContextMessagingModule, MESSAGING_CONTEXT } from './context-messaging';
import { DeadLetters } from './dead-letters/dead-letters.store';
import { MessagingModule } from './messaging.module';
import { Outbox } from './outbox/outbox';
import { HandOver } from './hand-over/hand-over';
import { OutboxPublisher } from './outbox/outbox-publisher';
import { MessagingRuntime } from './outbox/messaging-runtime';
import { StoredTimers, Timers } from './timers/timers';

const modules = new Map<ContextName, { module: DynamicModule; classes: Set<MessageClass> }>();

const messagingProviders = (context: ContextName) => [
  {
    provide: Outbox,
    inject: [Databases, MessagingRuntime, OutboxPublisher, HandOver, Clock, Ids],
    useFactory: (
      databases: Databases,
      runtime: MessagingRuntime,
      publisher: OutboxPublisher,
      handOver: HandOver,
      clock: Clock,
      ids: Ids,
    ) => {
      const { classes } = modules.get(context)!;
      const endpoint = runtime.addContext(context, databases.of(context), [...classes]);
      const { registry, relay, timers } = endpoint;
      const outbox = new Outbox(databases.of(context), registry, clock, ids, relay, timers, handOver);
      endpoint.outbox = outbox;
      publisher.add(outbox);
      return outbox;
    },
  },
  {
    provide: Timers,
    inject: [Outbox],
    useFactory: (outbox: Outbox) => new StoredTimers(outbox.db, outbox),
  },
  {
    provide: DeadLetters,
    inject: [Outbox, MessagingRuntime],
    useFactory: (outbox: Outbox, runtime: MessagingRuntime) =>
      new DeadLetters(outbox.db, runtime.endpoint(context).inbox),
  },
];

/** All message classes that the loaded modules of this process send or handle. */
export const listedMessages = (): ReadonlySet<MessageClass> =>
  new Set([...modules.values()].flatMap(({ classes }) => [...classes]));

/**
 * The messaging for a context's module. It provides the context's `Timers`, `Outbox` and `DeadLetters`, and an
 * `EventBus` that publishes to the outbox. A worker runs the inbox handlers among the module's providers. `messages`
 * are the message classes that the module sends or handles.
 */
export function contextMessaging(context: ContextName, messages: readonly MessageClass[] = []): DynamicModule {
  const known = modules.get(context) ?? {
    classes: new Set<MessageClass>(),
    module: {
      module: ContextMessagingModule,
      imports: [DatabaseModule, MessagingModule],
      providers: [{ provide: MESSAGING_CONTEXT, useValue: context }, ...messagingProviders(context)],
      exports: [Outbox, Timers, DeadLetters],
    },
  };
  for (const one of messages) known.classes.add(one);
  modules.set(context, known);
  return known.module;
}
