import type { DiscoveryService } from '@nestjs/core';
import type { CommandBus } from '@nestjs/cqrs';
import type { ContextName } from '#platform/config';
import { ContextMessagingModule, MESSAGING_CONTEXT } from '../context-messaging';
import { handlerOf, type Handler } from './handlers';
import { Inbox } from './inbox-handlers';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** Finds the inbox handlers among the providers of all modules that import the context's messaging. */
export function findHandlers(discovery: DiscoveryService, commands: CommandBus, context: ContextName): Handler[] {
  const marked = discovery.getProviders({ metadataKey: Inbox.KEY }).filter((wrapper) => isInContext(wrapper, context));
  const instances = new Set(marked.map(({ instance }) => instance as object));
  return [...instances].flatMap((instance) => handlerOf(instance, commands) ?? []);
}

const isInContext = ({ host }: Wrapper, context: ContextName): boolean =>
  [...(host?.imports ?? [])].some(
    (imported) =>
      imported.metatype === ContextMessagingModule && imported.providers.get(MESSAGING_CONTEXT)?.instance === context,
  );
