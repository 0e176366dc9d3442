import { Inject, Injectable, Optional } from '@nestjs/common';
import { Config, type ContextName } from '#platform/config';
import { Databases, isEnvironmental } from '#database';
import { Branches } from '../outbox/branches';
import { ELSEWHERE } from '../outbox/elsewhere';
import { askIdentity } from './identities.store';
import { otherDatabase, OtherDatabase, type DatabaseIdentities } from './other-database';

/**
 * Knows which databases this process uses, and checks that no living process uses a different one for the same context.
 */
@Injectable()
export class Identities {
  private known: DatabaseIdentities = {};

  constructor(
    private readonly config: Config,
    private readonly branches: Branches,
    private readonly databases: Databases,
    @Optional() @Inject(ELSEWHERE) private readonly elsewhere: readonly ContextName[] | null,
  ) {}

  /** The identities that no living process contradicts. */
  get all(): DatabaseIdentities {
    return this.known;
  }

  /** Throws `OtherDatabase`. It leaves out a database that does not answer or was never opened. */
  async check(self: string): Promise<void> {
    const found = await Promise.all(
      [...this.branches.all, ...this.others()].map(async ({ context, db }) => {
        const answer = await askIdentity(db, self).catch(unlessAway);
        return { context, identity: answer?.identity, neighbours: answer?.neighbours ?? [] };
      }),
    );
    const named = found.flatMap(({ context, identity }) => (identity ? [[context, identity] as const] : []));
    const identities: DatabaseIdentities = Object.fromEntries(named);
    const other = otherDatabase(identities, found.flatMap(({ neighbours }) => neighbours)); // prettier-ignore
    this.known = { ...this.known, ...identities, ...(other && { [other.context]: undefined }) };
    if (other) throw new OtherDatabase(other.context, other.number, this.variables(other.context));
  }

  private others() {
    const { databaseUrl, databaseUrls } = this.config;
    return (this.elsewhere ?? [])
      .filter((context) => databaseUrls[context] ?? databaseUrl)
      .map((context) => ({ context, db: this.databases.of(context) }));
  }

  private variables(context: ContextName): string[] {
    const own = `DATABASE_URL_${context.toUpperCase()}`;
    return this.config.databaseUrls[context] ? [own] : ['DATABASE_URL', own];
  }
}

function unlessAway(error: unknown): undefined {
  if (!isEnvironmental(error)) throw error;
}
