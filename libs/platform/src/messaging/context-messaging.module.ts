import type { DynamicModule } from '@nestjs/common';
import { EventBus } from '@nestjs/cqrs';
import type { MessageClass } from '#kernel';
import type { ContextName } from '#platform/config';
import { DatabaseModule, Databases } from '#platform/database';
import { Clock, Ids } from '#platform/system';
import { Announcements, BusAnnouncements } from './announcements';
import { ContextMessagingModule, MESSAGING_CONTEXT } from './context-messaging';
import { DeadLetters } from './dead-letters.store';
import { MessagingModule } from './messaging.module';
import { Outbox } from './outbox';
import { PostOffice } from './post-office';
import { StoredTimers, Timers } from './timers';

const made = new Map<ContextName, { module: DynamicModule; classes: Set<MessageClass> }>();

const post = (context: ContextName) => [
  {
    provide: Outbox,
    inject: [Databases, PostOffice, Clock, Ids],
    useFactory: (databases: Databases, office: PostOffice, clock: Clock, ids: Ids) => {
      const { registry, relay, timers } = office.open(context, databases.of(context), [...made.get(context)!.classes]);
      return new Outbox(databases.of(context), registry, clock, ids, relay, timers);
    },
  },
  {
    provide: Announcements,
    inject: [EventBus, Outbox],
    useFactory: (bus: EventBus<never>, outbox: Outbox) => new BusAnnouncements(bus as never, outbox),
  },
  {
    provide: Timers,
    inject: [Outbox],
    useFactory: (outbox: Outbox) => new StoredTimers(outbox.db, outbox),
  },
  {
    provide: DeadLetters,
    inject: [Outbox, PostOffice],
    useFactory: (outbox: Outbox, office: PostOffice) => new DeadLetters(outbox.db, office.branch(context).inbox),
  },
];

/** Every message class that the modules loaded in this process send or hear. */
export const listedMessages = (): ReadonlySet<MessageClass> =>
  new Set([...made.values()].flatMap(({ classes }) => [...classes]));

/**
 * For a context's module: `Announcements`, `Timers`, `Outbox` and `DeadLetters` of that context, and a worker that
 * brings its inbox to the handlers among the module's providers. `messages` are the classes it sends or hears.
 */
export function contextMessaging(context: ContextName, messages: readonly MessageClass[] = []): DynamicModule {
  const known = made.get(context) ?? {
    classes: new Set<MessageClass>(),
    module: {
      module: ContextMessagingModule,
      imports: [DatabaseModule, MessagingModule],
      providers: [{ provide: MESSAGING_CONTEXT, useValue: context }, ...post(context)],
      exports: [Outbox, Announcements, Timers, DeadLetters],
    },
  };
  for (const one of messages) known.classes.add(one);
  made.set(context, known);
  return known.module;
}
