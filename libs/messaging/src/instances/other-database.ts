import type { ContextName } from '#platform/config';

/** The identity of each context's database: see `context_identity`. */
export type DatabaseIdentities = Readonly<Partial<Record<ContextName, string>>>;

export interface OtherProcess {
  readonly number: number;
  readonly databases: DatabaseIdentities;
}

/** The first context for which another process uses a different database than this one. */
export function findConflict(
  own: DatabaseIdentities,
  otherProcesses: readonly OtherProcess[],
): { context: ContextName; number: number } | undefined {
  for (const { number, databases } of otherProcesses)
    for (const [context, identity] of Object.entries(own) as [ContextName, string][])
      if (databases[context] !== undefined && databases[context] !== identity) return { context, number };
  return undefined;
}

/** Two living processes use different databases for one context. Each one would get only a part of its messages. */
export class OtherDatabase extends Error {
  constructor(context: ContextName, number: number, variables: readonly string[]) {
    super(
      `${context}: this process uses another database than instance ${number}, which is alive: ` +
        `check ${variables.join(' and ')}.`,
    );
    this.name = 'OtherDatabase';
  }
}
