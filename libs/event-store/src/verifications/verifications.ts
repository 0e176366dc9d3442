import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Cron, Interval } from '@nestjs/schedule';
import { LastCheckResult, OneAtATime, type Ids } from '#platform/system';
import { DomainError, type Uuid } from '#kernel';
import type { EventStore } from '../streams/event-store';
import { badFindings, failedVerifications, verifiedThrough } from '../seals/metrics';
import { startRun, stopRun, waitFor, type JoinedRun } from './joined-run';
import { checkResultOf, type Cause, type Verification, type VerificationRows } from './verifications.store';

const MINUTE = 60_000;
/** How often a running verification stores its progress. */
const PROGRESS_MS = 1_000;

export class VerifyRunning extends DomainError {
  constructor({ id }: Pick<Verification, 'id'>) {
    super(
      'VERIFY_RUNNING',
      'conflict',
      `Verification ${id} is running: wait for its result, or ask again when it has ended.`,
      { id },
    );
  }
}

interface Running extends JoinedRun<Verification> {
  readonly begun: Verification;
  readonly from: number;
  readonly to: number | undefined;
}

/**
 * Verifies the log on request and every night. Every ten minutes this class verifies the part of the log after the last
 * verified seal. Only one verification runs at a time.
 */
export class Verifications implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('Verifications');
  private running?: Running;
  /** The message of the last findings that have not been repaired; undefined if the log is good. */
  trouble?: string;
  /**
   * The last verification that ended with an error. It becomes undefined when a later verification, from the same or an
   * earlier position to the end of the log, succeeds.
   */
  private failed?: { readonly from: number; readonly message: string };

  constructor(
    private readonly store: EventStore,
    readonly rows: VerificationRows,
    private readonly ids: Ids,
    private readonly isLeader: () => boolean,
    private readonly lastResult = new LastCheckResult(),
  ) {}

  /** Why the last verification could not be completed; undefined if there was no such error. */
  get failure(): string | undefined {
    return this.failed && `The log could not be verified: ${this.failed.message}`;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.readStoredResults().catch((error: Error) => this.log.warn(error.message));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await stopRun(this.running);
  }

  /**
   * Starts a verification, or waits for a running verification of the same range. Returns the finished verification if
   * it ends within `patienceMs`, and otherwise the running verification. The signal `callerGone` means that the caller
   * does not wait any more. If no other caller needs the result, the verification is then aborted. Throws VerifyRunning
   * if a verification of another range is running.
   */
  async ask(from: number, to: number | undefined, patienceMs: number, callerGone: AbortSignal): Promise<Verification> {
    const own = this.running;
    if (own && (own.from !== from || own.to !== to)) throw new VerifyRunning(own);
    const run = own ?? (await this.begin('asked', from, to)) ?? this.findRunning(from, to);
    if (!run) {
      const other = await this.rows.findRunning();
      if (!other || other.from !== from || (other.to ?? undefined) !== to) throw new VerifyRunning(other ?? { id: 'of another range' }); // prettier-ignore
      return other; // another process runs this verification; the client can read its state by its id
    }
    return (await waitFor(run, patienceMs, callerGone)) ?? (await this.rows.find(run.id)) ?? run.begun;
  }

  find(id: Uuid): Promise<Verification | undefined> {
    return this.rows.find(id);
  }

  @Cron('43 3 * * *', { name: 'verify the log' })
  async verifyAll(): Promise<void> {
    if (!this.isLeader()) return;
    await this.rows.prune().catch((error: Error) => this.log.warn(error.message));
    await this.runScheduled('nightly', 1);
  }

  /** Verifies the log after the last verified seal. */
  @Interval('verify the tail of the log', 10 * MINUTE)
  @OneAtATime()
  async verifyTail(): Promise<void> {
    if (!this.isLeader()) return;
    const from = (await this.rows.findLastGoodPosition()) + 1;
    if ((await this.store.head()) >= from) await this.runScheduled('tail', from);
  }

  /** Reads the stored results of all processes, and sets the metrics. */
  @Interval('verification results', MINUTE)
  @OneAtATime()
  async readStoredResults(): Promise<void> {
    const problem = await this.lastResult.problemAfter(await this.rows.readLastResult());
    this.trouble = problem?.message;
    badFindings.set(problem?.found ?? 0);
    verifiedThrough.set(await this.rows.findLastGoodPosition());
  }

  /** The verification of the same range, if another request in this process has just started it. */
  private findRunning(from: number, to: number | undefined): Running | undefined {
    return this.running?.from === from && this.running.to === to ? this.running : undefined;
  }

  private async runScheduled(cause: Cause, from: number): Promise<void> {
    try {
      const run = await this.begin(cause, from, undefined);
      if (run) run.promised = true;
      await run?.done;
    } catch (error) {
      this.log.warn(`the log could not be verified (${cause}): ${(error as Error).message}`);
    }
  }

  /** Returns undefined if another verification is running. */
  private async begin(cause: Cause, from: number, to: number | undefined): Promise<Running | undefined> {
    const row = await this.rows.begin(this.ids.next(), cause, from, to);
    if (!row) return undefined;
    const run = startRun(row.id, (signal) =>
      this.verify(row, from, to, signal).finally(() => (this.running = undefined)),
    );
    this.running = Object.assign(run, { begun: row, from, to });
    return this.running;
  }

  private async verify(begun: Verification, from: number, to: number | undefined, signal: AbortSignal) {
    const { id } = begun;
    let reportedAt = performance.now();
    const progress = (checked: number, last: number) => {
      if (performance.now() - reportedAt < PROGRESS_MS) return;
      reportedAt = performance.now();
      void this.rows.storeProgress(id, checked, last).catch(() => undefined);
    };
    try {
      const result = await this.store.verify(from, to, progress, signal);
      const ended = await this.rows.finish(begun, result);
      const decided = checkResultOf({ ...begun, result });
      if (decided) await this.lastResult.keep(decided);
      if (to === undefined && this.failed && from <= this.failed.from) this.setFailure(undefined);
      if (!result.ok)
        this.log.error({ message: `the log was changed: ${result.found} problems found`, verification: id, findings: result.findings }); // prettier-ignore
      await this.readStoredResults().catch(() => undefined);
      return ended;
    } catch (error) {
      await this.rows.finish(begun).catch(() => undefined);
      if (!signal.aborted) this.setFailure({ from, message: (error as Error).message });
      throw error;
    }
  }

  private setFailure(failed: Verifications['failed']): void {
    this.failed = failed;
    failedVerifications.set(failed ? 1 : 0);
  }
}
