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

/** Returns the result. `signal` stops it. It calls `progress` with the number of lines that were checked. */
export type VerifyTrail = (progress: (checked: number) => void, signal: AbortSignal) => Promise<AuditVerdict>;

/** Verifies the audit trail on request. One verification runs at a time, and all requests wait for the same one. */
export class AuditVerifications implements BeforeApplicationShutdown {
  private running?: JoinedRun<AuditVerification>;
  private beginning?: Promise<JoinedRun<AuditVerification> | undefined>;

  constructor(
    private readonly verify: VerifyTrail,
    private readonly rows: AuditVerificationRows,
    private readonly ids: Ids,
  ) {}

  beforeApplicationShutdown(): Promise<void> {
    return stopRun(this.running);
  }

  /**
   * Returns the finished verification if that takes no longer than `patienceMs`, else the running one. Stops it if
   * `gone` is aborted and no other request waits.
   */
  async ask(patienceMs: number, gone: AbortSignal): Promise<AuditVerification> {
    for (const end = performance.now() + patienceMs; ;) {
      const run = this.running ?? (await this.beginOnce());
      const left = Math.max(end - performance.now(), 0);
      if (run) return (await this.wait(run, left, gone)) ?? (await this.rows.find(run.id))!;
      const elsewhere = await this.rows.running();
      if (elsewhere && left === 0) return elsewhere;
      await pause(Math.min(READ_EVERY_MS, left));
      if (elsewhere && !gone.aborted) {
        const found = await this.rows.find(elsewhere.id);
        if (found?.state === 'done') return found;
      }
      if (gone.aborted) throw unavailable('The client is gone.');
    }
  }

  find(id: Uuid): Promise<AuditVerification | undefined> {
    return this.rows.find(id);
  }

  private async wait(run: JoinedRun<AuditVerification>, patienceMs: number, gone: AbortSignal) {
    try {
      return await waitFor(run, patienceMs, gone);
    } catch (error) {
      throw gone.aborted ? unavailable('The client is gone.') : error;
    }
  }

  /** Requests at the same time start only one verification. */
  private beginOnce(): Promise<JoinedRun<AuditVerification> | undefined> {
    return (this.beginning ??= this.begin().finally(() => (this.beginning = undefined)));
  }

  /** Undefined if another process is verifying. */
  private async begin(): Promise<JoinedRun<AuditVerification> | undefined> {
    const row = await this.rows.begin(this.ids.next());
    if (!row) return undefined;
    this.running = startRun(row.id, (signal) => this.walk(row.id, signal).finally(() => (this.running = undefined)));
    return this.running;
  }

  private async walk(id: Uuid, signal: AbortSignal): Promise<AuditVerification> {
    let reportedAt = performance.now();
    const progress = (checked: number) => {
      if (performance.now() - reportedAt < REPORT_EVERY_MS) return;
      reportedAt = performance.now();
      void this.rows.reached(id, checked).catch(() => undefined);
    };
    try {
      return await this.rows.end(id, await this.verify(progress, signal));
    } catch (error) {
      await this.rows.end(id).catch(() => undefined);
      throw error;
    }
  }
}
