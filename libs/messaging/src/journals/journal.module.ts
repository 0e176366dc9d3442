import { Module, type DynamicModule } from '@nestjs/common';
import { Config, type ContextName } from '#platform/config';
import { DatabaseModule, Databases } from '#database';
import { WITHOUT_JOBS, Leadership } from '#database/leadership';
import { configuredMacKey, MacKey } from '#platform/macs';
import { LastCheckResult } from '#platform/system';
import { contextMessaging, relayLeadName } from '#messaging';
import type { KeptJournal } from './journal';
import { JournalHealth } from './journal-health';
import { areOlderBuildsAlive } from './journal-marks.store';
import { markMemory } from './mark-memory';
import { JournalWatch } from './journal-watch.job';

type WatchParts = [MacKey, Leadership, Config, true?];

@Module({})
class ContextJournalModule {}

/**
 * For the module of a context that writes a journal. It provides the key for the MACs of the journal's lines, and the
 * job that checks these MACs.
 */
export function contextJournal(context: ContextName, journal: KeptJournal): DynamicModule {
  return {
    module: ContextJournalModule,
    imports: [DatabaseModule, contextMessaging(context)],
    providers: [
      { provide: 'journal', useValue: journal.name },
      configuredMacKey,
      {
        provide: JournalWatch,
        inject: [Databases, MacKey, Leadership, Config, { token: WITHOUT_JOBS, optional: true }],
        useFactory: (databases: Databases, ...[key, leadership, config, withoutJobs]: WatchParts) => {
          const db = databases.of(context);
          // The operator's command line runs without jobs, and signs nothing.
          const maySign = async () => !withoutJobs && !(await areOlderBuildsAlive(db, journal.name));
          const leads = () => leadership.leads(relayLeadName(context));
          const lastResult = new LastCheckResult(`${config.sealAnchorFile}-verified-${journal.name}`);
          const memory = markMemory(`${config.sealAnchorFile}-marks-${journal.name}`);
          return new JournalWatch(db, key, journal, maySign, leads, lastResult, memory);
        },
      },
      {
        provide: JournalHealth,
        inject: [JournalWatch],
        useFactory: (watch: JournalWatch) => new JournalHealth(`${context}:journal`, () => watch.problem),
      },
    ],
    exports: [MacKey, JournalWatch],
  };
}
