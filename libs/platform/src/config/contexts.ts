/**
 * Whose data may lie apart: each has a Postgres schema of its name, and may have a database of its own.
 * `privacy` is no shop context: it holds the keys that personal values are sealed with.
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
] as const;

export type ContextName = (typeof contextNames)[number];
