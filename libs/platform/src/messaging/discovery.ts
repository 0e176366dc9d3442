import type { ModulesContainer } from '@nestjs/core';
import type { ContextName } from '#platform/config';
import { ContextMessagingModule, MESSAGING_CONTEXT } from './context-messaging';
import { handlerOf, type Handler } from './handlers';

/** The message handlers among the providers of all modules that import the context's messaging. */
export function handlersIn(modules: ModulesContainer, context: ContextName): Handler[] {
  const instances = new Set<object>();
  for (const module of modules.values()) {
    const serves = [...module.imports].some(
      (imported) =>
        imported.metatype === ContextMessagingModule && imported.providers.get(MESSAGING_CONTEXT)?.instance === context,
    );
    if (!serves) continue;
    for (const { instance, metatype } of module.providers.values())
      if (metatype && instance && typeof instance === 'object' && instance.constructor) instances.add(instance);
  }
  return [...instances].flatMap((instance) => handlerOf(instance) ?? []);
}
