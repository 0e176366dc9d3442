import { setTimeout as pause } from 'node:timers/promises';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { startRun, stopRun, unavailable, waitFor, type JoinedRun } from '#event-store';
import type { Ids } from '#platform/system';
import type { AuditVerdict } from './chain-check';
import type { AuditVerification, AuditVerificationRows } from './verifications.store';

/** How often a running verification reports its progress. */
const REPORT_EVERY_MS = 1_000;
/** How often the state of a verification in another process is read. */
const READ_EVERY_MS = 250;

interface Running extends JoinedRun<AuditVerification> {
  readonly begun: AuditVerification;
}

/**
 * A function that verifies the trail. It calls `progress` with the number of lines that were checked. The signal stops
 * the verification.
 */
export type VerifyTrail = (progress: (checked: number) => void, signal: AbortSignal) => Promise<AuditVerdict>;

/** Verifies the audit trail on request. Requests at the same time wait for the same verification. */
export class AuditVerifications implements BeforeApplicationShutdown {
  private running?: Running;
  private starting?: Promise<Running | undefined>;

  constructor(
    private readonly verify: VerifyTrail,
    private readonly rows: AuditVerificationRows,
    private readonly ids: Ids,
  ) {}

  beforeApplicationShutdown(): Promise<void> {
    return stopRun(this.running);
  }

  /**
   * Joins the running verification, or starts a new verification. Returns the finished verification if it ends within
   * `longestWaitMs`, else the running verification. `gone` is aborted when the client disconnects. A verification
   * in this process then stops, unless another request waits for it, or was already answered with it.
   */
  async startOrJoin(longestWaitMs: number, gone: AbortSignal): Promise<AuditVerification> {
    for (const end = performance.now() + longestWaitMs; ;) {
      const run = this.running ?? (await this.startOnce());
      const left = Math.max(end - performance.now(), 0);
      if (run) return (await this.waitForResult(run, left, gone)) ?? (await this.rows.find(run.id)) ?? run.begun;
      const runElsewhere = await this.rows.running();
      if (runElsewhere && left === 0) return runElsewhere;
      await pause(Math.min(READ_EVERY_MS, left));
      if (runElsewhere && !gone.aborted) {
        const found = await this.rows.find(runElsewhere.id);
        if (found?.state === 'done') return found;
      }
      if (gone.aborted) throw unavailable('The client is gone.');
    }
  }

  find(id: Uuid): Promise<AuditVerification | undefined> {
    return this.rows.find(id);
  }

  private async waitForResult(run: JoinedRun<AuditVerification>, longestWaitMs: number, gone: AbortSignal) {
    try {
      return await waitFor(run, longestWaitMs, gone);
    } catch (error) {
      throw gone.aborted ? unavailable('The client is gone.') : error;
    }
  }

  /** Requests at the same time start only one verification. */
  private startOnce(): Promise<Running | undefined> {
    return (this.starting ??= this.start().finally(() => (this.starting = undefined)));
  }

  /** Returns undefined if another process is verifying. */
  private async start(): Promise<Running | undefined> {
    const row = await this.rows.begin(this.ids.next());
    if (!row) return undefined;
    const run = startRun(row.id, (signal) =>
      this.verifyAndStore(row, signal).finally(() => (this.running = undefined)),
    );
    this.running = Object.assign(run, { begun: row });
    return this.running;
  }

  private async verifyAndStore(begun: AuditVerification, signal: AbortSignal): Promise<AuditVerification> {
    let reportedAt = performance.now();
    const progress = (checked: number) => {
      if (performance.now() - reportedAt < REPORT_EVERY_MS) return;
      reportedAt = performance.now();
      void this.rows.reportProgress(begun.id, checked).catch(() => undefined);
    };
    try {
      return await this.rows.end(begun, await this.verify(progress, signal));
    } catch (error) {
      await this.rows.end(begun).catch(() => undefined);
      throw error;
    }
  }
}
