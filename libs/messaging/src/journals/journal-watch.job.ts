import { Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Cron, Interval } from '@nestjs/schedule';
import { LastCheckResult, OneAtATime, type CheckResult } from '#platform/system';
import { Gauge, register } from 'prom-client';
import type { Database } from '#database';
import type { MacKey } from '#platform/macs';
import type { KeptJournal } from './journal';
import { checkJournal, rememberMark, type JournalVerdict } from './journal-check';
import { markMemory } from './mark-memory';
import { readMark, saveVerdict, readSavedVerdict, type StoredVerdict } from './journal-marks.store';

const MINUTE = 60_000;
const NAME = 'shop_journal_findings';

const findingsGauge =
  (register.getSingleMetric(NAME) as Gauge | undefined) ??
  new Gauge({ name: NAME, help: 'The number of findings in the last check of a journal.', labelNames: ['journal'] }); // prettier-ignore

/**
 * Checks a journal every night, in one process of the context. Until the number of lines without a MAC is signed, it
 * checks every ten minutes.
 */
export class JournalWatch implements OnApplicationBootstrap {
  private readonly log = new Logger('JournalWatch');
  private running?: Promise<JournalVerdict>;
  /** The first finding of the last check. Undefined while the journal is good. */
  problem?: string;

  constructor(
    private readonly db: Database,
    private readonly key: MacKey,
    private readonly journal: KeptJournal,
    /** True if every living process of the context makes MACs, and this process is allowed to sign. */
    private readonly maySign: () => Promise<boolean>,
    private readonly leads: () => boolean,
    private readonly lastResult = new LastCheckResult(),
    private readonly memory = markMemory(),
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.readLastVerdict();
    void this.logFailure(() => this.signAtStart()); // not awaited: a long journal takes a while
  }

  @Cron('13 4 * * *')
  async checkNightly(): Promise<void> {
    if (this.leads()) await this.logFailure(() => this.check());
  }

  @Interval(10 * MINUTE)
  @OneAtATime()
  async checkUntilSigned(): Promise<void> {
    if (!this.leads()) return;
    await this.logFailure(async () => {
      if (await this.isUnsigned()) await this.check();
    });
  }

  /**
   * Signs the number of lines without a MAC soon after the start. Before the signature, somebody could forge a line, and
   * it would count as an old line.
   */
  private async signAtStart(): Promise<void> {
    if (!(await this.maySign())) return;
    if (await this.isUnsigned()) await this.check();
    else await this.db.outsideTransaction(() => rememberMark(this.db, this.key, this.journal.name, this.memory));
  }

  private async isUnsigned(): Promise<boolean> {
    return (await this.db.outsideTransaction(() => readMark(this.db, this.journal.name)))?.mac === null;
  }

  /** Reads the stored result, so that each process shows what the checking process found. */
  @Interval(MINUTE)
  @OneAtATime()
  async readLastVerdict(): Promise<void> {
    await this.logFailure(async () =>
      this.show(await this.db.outsideTransaction(() => readSavedVerdict(this.db, this.key, this.journal.name))),
    );
  }

  /** Checks the journal now, or joins the check that already runs in this process. */
  check(): Promise<JournalVerdict> {
    this.running ??= this.db.outsideTransaction(() => this.checkAndSave()).finally(() => (this.running = undefined));
    return this.running;
  }

  private async checkAndSave(): Promise<JournalVerdict> {
    const verdict = await checkJournal(this.db, this.key, this.journal, {
      maySign: await this.maySign(),
      memory: this.memory,
    });
    const stored = await saveVerdict(this.db, this.key, verdict);
    const { ok, journal, found, findings } = verdict;
    if (!ok) this.log.error({ message: `the journal ${journal} was changed: ${found} findings`, findings });
    await this.lastResult.keep(this.resultOf(stored));
    await this.show(stored);
    return verdict;
  }

  /** Shows the last result in the health of this process and in its metrics. */
  private async show(stored: StoredVerdict | undefined): Promise<void> {
    const problem = await this.lastResult.problemAfter(stored && this.resultOf(stored));
    this.problem = problem?.message;
    findingsGauge.set({ journal: this.journal.name }, problem?.found ?? 0);
  }

  private resultOf({ verdict: { findings, found }, micros }: StoredVerdict): CheckResult {
    const at = Number(micros) / 1_000;
    const [first] = findings;
    if (!first) return { at, problem: null };
    const where = first.line === null ? '' : `line ${first.line}: `;
    return { at, problem: { message: `${this.journal.name}: ${where}${first.message}`, found } };
  }

  private async logFailure(work: () => Promise<unknown>): Promise<void> {
    await work().catch((error: Error) =>
      this.log.warn(`the check of ${this.journal.name} failed, and runs again in the next round: ${error.message}`),
    );
  }
}
