import { shopContexts, type ContextName } from '#platform/config';
import { invalidArgument } from '../arguments';

export function parseContextName(text: string): ContextName {
  const known = shopContexts.find((name) => name === text);
  if (known) return known;
  throw invalidArgument(`There is no context ${text}. The contexts are: ${shopContexts.join(', ')}.`);
}
