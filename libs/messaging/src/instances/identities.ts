import { Inject, Injectable, Optional } from '@nestjs/common';
import { Config, type ContextName } from '#platform/config';
import { Databases, isEnvironmental } from '#database';
import { MessageEndpoints } from '../outbox/message-endpoints';
import { ELSEWHERE } from '../outbox/elsewhere';
import { readIdentity } from './identities.store';
import { findConflict, DatabasesDiffer, type DatabaseIdentities } from './databases-differ';

/**
 * Reads the identities of the databases that this process uses, and checks that no living process uses another database
 * for the same context.
 */
@Injectable()
export class Identities {
  private identities: DatabaseIdentities = {};

  constructor(
    private readonly config: Config,
    private readonly endpoints: MessageEndpoints,
    private readonly databases: Databases,
    @Optional() @Inject(ELSEWHERE) private readonly elsewhere: readonly ContextName[] | null,
  ) {}

  /** The database identities that this process has read, except one that contradicts another living process. */
  get all(): DatabaseIdentities {
    return this.identities;
  }

  /** Throws `DatabasesDiffer`. A database that does not answer, or that has no identity yet, is not checked. */
  async check(self: string): Promise<void> {
    const found = await Promise.all(
      [...this.endpoints.all, ...this.databasesElsewhere()].map(async ({ context, db }) => {
        const answer = await readIdentity(db, self).catch(ignoreIfEnvironmental);
        return { context, identity: answer?.identity, neighbours: answer?.neighbours ?? [] };
      }),
    );
    const identityPairs = found.flatMap(({ context, identity }) => (identity ? [[context, identity] as const] : []));
    const identities: DatabaseIdentities = Object.fromEntries(identityPairs);
    const conflict = findConflict(identities, found.flatMap(({ neighbours }) => neighbours)); // prettier-ignore
    this.identities = { ...this.identities, ...identities, ...(conflict && { [conflict.context]: undefined }) };
    if (conflict) throw new DatabasesDiffer(conflict.context, conflict.number, this.settingNames(conflict.context));
  }

  private databasesElsewhere() {
    const { databaseUrl, databaseUrls } = this.config;
    return (this.elsewhere ?? [])
      .filter((context) => databaseUrls[context] ?? databaseUrl)
      .map((context) => ({ context, db: this.databases.of(context) }));
  }

  private settingNames(context: ContextName): string[] {
    const own = `DATABASE_URL_${context.toUpperCase()}`;
    return this.config.databaseUrls[context] ? [own] : ['DATABASE_URL', own];
  }
}

function ignoreIfEnvironmental(error: unknown): undefined {
  if (!isEnvironmental(error)) throw error;
}
