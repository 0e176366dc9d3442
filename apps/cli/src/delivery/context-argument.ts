import { shopContexts, type ContextName } from '#platform/config';
import { wrong } from '../arguments';

export function contextIn(text: string): ContextName {
  const known = shopContexts.find((name) => name === text);
  if (known) return known;
  throw wrong(`There is no context ${text}. The contexts are: ${shopContexts.join(', ')}.`);
}
