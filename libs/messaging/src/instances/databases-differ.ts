import type { ContextName } from '#platform/config';

/** For each context, the identity of its database: the id in the context's table `context_identity`. */
export type DatabaseIdentities = Readonly<Partial<Record<ContextName, string>>>;

export interface OtherProcess {
  readonly number: number;
  readonly databases: DatabaseIdentities;
}

/**
 * Returns the first context for which another process uses a different database than this process, and the number of
 * the other process. Undefined if there is none.
 */
export function findConflict(
  own: DatabaseIdentities,
  otherProcesses: readonly OtherProcess[],
): { context: ContextName; number: number } | undefined {
  for (const { number, databases } of otherProcesses)
    for (const [context, identity] of Object.entries(own) as [ContextName, string][])
      if (databases[context] !== undefined && databases[context] !== identity) return { context, number };
  return undefined;
}

/**
 * Two living processes use different databases for one context. If both continued, each database would get only a part
 * of the context's messages.
 */
export class DatabasesDiffer extends Error {
  constructor(context: ContextName, number: number, variables: readonly string[]) {
    super(
      `${context}: this process uses another database than instance ${number}, which is alive: ` +
        `check ${variables.join(' and ')}.`,
    );
    this.name = 'DatabasesDiffer';
  }
}
