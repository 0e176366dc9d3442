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
  new Gauge({ name: NAME, help: 'The number of findings in the last check of a journal.', labelNames: ['journal'] }); // prettier-ignore

/**
 * Checks a journal every night, in one process of the context. Until the number of lines without a MAC is signed, it
 * checks every ten minutes.
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
    /** True if every living process of the context makes MACs. */
    private readonly closes: () => Promise<boolean>,
    private readonly leads: () => boolean,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.hear();
    void this.safely(() => this.signAtStart()); // not awaited: a long journal takes a while
  }

  @Cron('13 4 * * *')
  async nightly(): Promise<void> {
    if (this.leads()) await this.safely(() => this.check());
  }

  @Interval(10 * MINUTE)
  @OneAtATime()
  async close(): Promise<void> {
    if (!this.leads()) return;
    await this.safely(async () => {
      if (await this.isUnsigned()) await this.check();
    });
  }

  /**
   * Signs the number of lines without a MAC soon after the start, because a line forged before would be counted too.
   */
  private async signAtStart(): Promise<void> {
    if ((await this.isUnsigned()) && (await this.closes())) await this.check();
  }

  private async isUnsigned(): Promise<boolean> {
    return (await this.db.outside(() => journalMark(this.db, this.journal.name)))?.mac === null;
  }

  /** Reads the stored result, so that each process shows what the checking process found. */
  @Interval(MINUTE)
  @OneAtATime()
  async hear(): Promise<void> {
    await this.safely(async () => this.tell(await this.db.outside(() => lastVerdict(this.db, this.journal.name))));
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

  private async safely(work: () => Promise<unknown>): Promise<void> {
    await work().catch((error: Error) => this.log.warn(`failed, and is retried in the next round: ${error.message}`));
  }
}
