import { Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Cron, Interval } from '@nestjs/schedule';
import { OneAtATime } from '#platform/system';
import { Gauge, register } from 'prom-client';
import type { Database } from '#database';
import type { MacKey } from '#platform/macs';
import type { KeptJournal } from './journal';
import { checkJournal, type JournalVerdict } from './journal-check';
import { journalMark, keepVerdict, lastVerdict } from './journal-marks.store';

const MINUTE = 60_000;
const NAME = 'shop_journal_findings';

const badLines =
  (register.getSingleMetric(NAME) as Gauge | undefined) ??
  new Gauge({ name: NAME, help: 'What the last check of a journal found to be not as it was written.', labelNames: ['journal'] }); // prettier-ignore

/**
 * Checks a journal every night, in one process of the context. It checks more often until the number of lines without a
 * MAC is signed.
 */
export class JournalWatch implements OnApplicationBootstrap {
  private readonly log = new Logger('JournalWatch');
  private running?: Promise<JournalVerdict>;
  /** The last finding. Undefined while the journal is good. */
  trouble?: string;

  constructor(
    private readonly db: Database,
    private readonly key: MacKey,
    private readonly journal: KeptJournal,
    /** Whether every living process of the context makes MACs. */
    private readonly closes: () => Promise<boolean>,
    private readonly leads: () => boolean,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.hear();
    void this.quietly(() => this.closeEarly()); // not awaited: a long journal takes a while
  }

  @Cron('13 4 * * *')
  async nightly(): Promise<void> {
    if (this.leads()) await this.quietly(() => this.check());
  }

  @Interval(10 * MINUTE)
  @OneAtATime()
  async close(): Promise<void> {
    if (!this.leads()) return;
    await this.quietly(async () => {
      if (await this.isUnsigned()) await this.check();
    });
  }

  /** Signs early how many lines have no MAC. A forged line that is added before that would count as one of them. */
  private async closeEarly(): Promise<void> {
    if ((await this.isUnsigned()) && (await this.closes())) await this.check();
  }

  private async isUnsigned(): Promise<boolean> {
    return (await this.db.outside(() => journalMark(this.db, this.journal.name)))?.mac === null;
  }

  /** Reads what another process found, so that each process knows it. */
  @Interval(MINUTE)
  @OneAtATime()
  async hear(): Promise<void> {
    await this.quietly(async () => this.tell(await this.db.outside(() => lastVerdict(this.db, this.journal.name))));
  }

  /** Checks the journal now, or joins the check that already runs in this process. */
  check(): Promise<JournalVerdict> {
    this.running ??= this.db.outside(() => this.look()).finally(() => (this.running = undefined));
    return this.running;
  }

  private async look(): Promise<JournalVerdict> {
    const verdict = await checkJournal(this.db, this.key, this.journal, { closes: await this.closes() });
    await keepVerdict(this.db, verdict);
    const { ok, journal, found, findings } = verdict;
    if (!ok) this.log.error({ message: `${journal} is not as it was written: ${found} things found`, findings });
    this.tell(verdict);
    return verdict;
  }

  private tell(verdict: JournalVerdict | undefined): void {
    const [first] = verdict?.findings ?? [];
    this.trouble =
      first && `${this.journal.name}: ${first.line === null ? '' : `line ${first.line}: `}${first.message}`;
    badLines.set({ journal: this.journal.name }, verdict?.found ?? 0);
  }

  private async quietly(work: () => Promise<unknown>): Promise<void> {
    await work().catch((error: Error) => this.log.warn(`left for the next round: ${error.message}`));
  }
}
