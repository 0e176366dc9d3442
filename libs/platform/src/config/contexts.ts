/**
 * Everything that has a Postgres schema. The schema has the same name, and can be in a separate database. Three names
 * are not contexts of the shop: `privacy` has the keys of sealed values, `audit` has the audit trail of the back
 * office, and `sandbox` has the data of the sandbox payment provider.
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

/** The contexts that exchange messages: all but `privacy`, `audit` and `sandbox`. */
export const shopContexts = contextNames.filter((name) => name !== 'privacy' && name !== 'audit' && name !== 'sandbox');

export type ContextName = (typeof contextNames)[number];

/** The schemas that a process of these contexts uses. Every process uses `privacy` and `audit`. */
export const usedBy = (contexts: readonly ContextName[]): readonly ContextName[] => [
  ...new Set<ContextName>([...contexts, 'privacy', 'audit']),
];
