/**
 * Owners of data. Each has a Postgres schema of its name, and may have a database of its own. Three are not contexts
 * of the shop: `privacy` holds the keys of sealed values, `audit` says who did what in the back office, and
 * `sandbox` holds the books of the sandbox payment provider.
 */
export const contextNames = [
  'identity',
  'customers',
  'catalog',
  'inventory',
  'cart',
  'ordering',
  'payments',
  'notifications',
  'privacy',
  'audit',
  'sandbox',
] as const;

/** The contexts that exchange messages: without those three. */
export const shopContexts = contextNames.filter((name) => name !== 'privacy' && name !== 'audit' && name !== 'sandbox');

export type ContextName = (typeof contextNames)[number];
