import type { Config, ContextName } from '#platform/config';
import { checkSessions, databaseUrl, isUnreachable, isRefusal, migrate, type MigrationReport } from '#database';
import { LateContexts } from '#messaging';

/** The shop can sell while the databases of these contexts do not respond. */
const NOT_NEEDED: readonly ContextName[] = ['customers', 'notifications'];

/**
 * The contexts whose databases the start does not wait for. If a needed context uses the same database, the start waits
 * for it.
 */
export function contextsThatMayOpenLater(config: Config, contexts: readonly ContextName[]): ContextName[] {
  const needed = contexts.filter((context) => !NOT_NEEDED.includes(context)).map((one) => databaseUrl(config, one));
  return contexts.filter((context) => NOT_NEEDED.includes(context) && !needed.includes(databaseUrl(config, context)));
}

/**
 * Checks and migrates the databases of the late contexts. A database that does not respond at the start is checked and
 * migrated when it responds again.
 */
export class LateDatabases extends LateContexts {
  private readonly prepared = new Set<ContextName>();
  private lastPreparation: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly config: Config,
    readonly contexts: readonly ContextName[],
    private readonly onMigrated: (report: MigrationReport) => void,
  ) {
    super();
  }

  isPrepared(context: ContextName): boolean {
    return this.prepared.has(context);
  }

  /** Runs one preparation at a time, because migrations store the known roles globally in the process. */
  prepare(context: ContextName): Promise<void> {
    const done = this.lastPreparation.then(() => this.prepareNow(context));
    this.lastPreparation = done.catch(() => undefined);
    return done;
  }

  /**
   * Rejects if a database refuses the login, or was migrated by a newer build. A database that does not respond is
   * skipped.
   */
  async prepareAvailable(): Promise<void> {
    for (const context of this.contexts)
      await this.prepare(context).catch((error: unknown) => {
        if (!isUnreachable(error) || isRefusal(error)) throw error;
      });
  }

  private async prepareNow(context: ContextName): Promise<void> {
    if (this.prepared.has(context)) return;
    const { databaseUrl, databaseUrls } = this.config;
    await checkSessions({ databaseUrl, databaseUrls }, [context]);
    this.onMigrated(await migrate(this.config, { contexts: [context] }));
    this.prepared.add(context);
  }
}
