/**
 * Whose data may lie apart: each has a Postgres schema of its name, and may have a database of its own.
 * Three are no shop contexts: `privacy` holds the keys that personal values are sealed with, `audit` who did what in the
 * back office, and `sandbox` the books of the sandbox payment provider.
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

/** The contexts that speak to each other: without those three. */
export const shopContexts = contextNames.filter((name) => name !== 'privacy' && name !== 'audit' && name !== 'sandbox');

export type ContextName = (typeof contextNames)[number];
