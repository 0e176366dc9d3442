import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { OneAtATime } from '#platform/system';
import { Gauge, register } from 'prom-client';
import type { Database } from '#database';
import type { SealKey } from '#event-store';
import type { Clock } from '#platform/system';
import { hashOfRow, sealChain, CHAIN_START } from './chain';
import { AuditWatch } from './chain-watch';
import {
  addChainSeal,
  addToChain,
  chainEnd,
  countWaiting,
  lastChainSeal,
  textsOf,
  waitingRows,
  type WaitingRow,
} from './chain.store';
import { isFaultOfRow, UnplaceableRows } from './unplaceable-rows';

const BATCH = 500;
const EVERY_MS = 10_000;
/**
 * A line normally gets its place within seconds. If lines wait and no line gets a place for this time, an error is
 * reported.
 */
const LATE_MS = 60_000;

const gauge = (name: string, help: string) =>
  (register.getSingleMetric(name) as Gauge | undefined) ?? new Gauge({ name, help });
const waitingLines = gauge(
  'shop_audit_waiting_lines',
  'Lines and outcomes of the audit trail that wait for their place in its chain.',
);
const unplaceableLines = gauge(
  'shop_audit_set_aside_lines',
  'Lines and outcomes of the audit trail that this process could not give a place in its chain.',
);

/**
 * Gives every line of the trail its place in the chain, and signs the chain. If several processes add lines at once,
 * only the first write succeeds.
 */
@Injectable()
export class AuditChain {
  private readonly log = new Logger('AuditChain');
  private readonly unplaceable = new UnplaceableRows(this.log);
  /** The number of the row that has waited longest; null if no row waits. */
  private oldestWaiting: number | null = null;
  private oldestSince = performance.now();
  private latenessMessage?: string;

  constructor(
    private readonly db: Database,
    private readonly key: SealKey,
    private readonly clock: Clock,
    private readonly watch = new AuditWatch(db, key),
    private readonly lateMs = LATE_MS,
  ) {}

  /** Why some lines have no place in the chain; undefined while all lines get a place. */
  get fault(): string | undefined {
    return this.unplaceable.fault ?? this.latenessMessage;
  }

  @Interval('audit chain', EVERY_MS)
  @OneAtATime()
  async tick(): Promise<void> {
    const failure = await this.runOnce().catch((error: Error) => error);
    if (failure) this.log.warn(`The chain of the audit trail was not extended. The next run tries again: ${failure.message}`); // prettier-ignore
    await this.checkLateness(failure?.message);
  }

  /**
   * If the last lines of the trail are missing, nothing is added to the chain. New lines would take the positions of
   * the missing lines, which could then not be restored.
   */
  private async runOnce(): Promise<undefined> {
    if ((await this.watch.checkSeals()) === undefined && (await this.extend()) > 0) await this.watch.checkSeals();
    await this.watch.checkNextLines();
  }

  /** Returns how many lines this process has added. */
  async extend(): Promise<number> {
    this.unplaceable.retryOldRows();
    let added = 0;
    for (let rows; (rows = await waitingRows(this.db, BATCH, this.unplaceable.arrivalNumbers)).length > 0;) {
      const placed = await this.addRows(rows);
      if (placed === undefined) return added; // another process has added rows
      added += placed;
      if (rows.length < BATCH) break;
    }
    await this.seal();
    return added;
  }

  /**
   * Returns how many rows got their places; undefined if another process was faster. If the database refuses the rows,
   * the list is halved until the row that causes the error is found. Only this row is skipped.
   */
  private async addRows(rows: readonly WaitingRow[]): Promise<number | undefined> {
    let reason: string;
    try {
      const texts = await textsOf(this.db, rows);
      const existing = rows.flatMap((row, index) => {
        const text = texts[index];
        if (text === null) this.unplaceable.add(row, 'it is gone');
        return text === null ? [] : [{ ...row, text }];
      });
      if (existing.length === 0) return 0;
      const end = (await chainEnd(this.db)) ?? CHAIN_START;
      let { position, hash } = end;
      const hashes = existing.map((row) => (hash = hashOfRow(hash, (position += 1), row)));
      if (await addToChain(this.db, existing, hashes, end.position)) return existing.length;
      if (((await chainEnd(this.db)) ?? CHAIN_START).position !== end.position) return undefined;
      reason = 'the database refuses to add it';
    } catch (error) {
      if (!isFaultOfRow(error)) throw error;
      reason = error.message;
    }
    if (rows.length === 1) {
      this.unplaceable.add(rows[0], reason);
      return 0;
    }
    const half = Math.ceil(rows.length / 2);
    const first = await this.addRows(rows.slice(0, half));
    const second = first === undefined ? undefined : await this.addRows(rows.slice(half));
    return first === undefined || second === undefined ? undefined : first + second;
  }

  private async seal(): Promise<void> {
    const end = await chainEnd(this.db);
    const last = await lastChainSeal(this.db);
    const after = last?.position ?? 0;
    if (!end || end.position <= after) return;
    const seal = sealChain(this.key, { ...end, after, sealedAt: this.clock.now() }, last?.signature ?? '');
    if (!(await addChainSeal(this.db, seal))) return;
    // Somebody can remove the last rows of the chain and their seals from the database, but not this log line.
    this.log.log(`the audit trail is sealed up to ${seal.position}: ${seal.signature}`);
  }

  /** Checks that lines get their places in time. The clock of the database is not used, because it can be wrong. */
  private async checkLateness(failure: string | undefined): Promise<void> {
    const waiting = await countWaiting(this.db, this.unplaceable.arrivalNumbers).catch(() => undefined);
    if (waiting) waitingLines.set(waiting.count);
    unplaceableLines.set(this.unplaceable.arrivalNumbers.length);
    const isMoving = waiting !== undefined && (waiting.count === 0 || waiting.oldest !== this.oldestWaiting);
    if (isMoving && failure === undefined) {
      this.oldestWaiting = waiting.oldest;
      this.oldestSince = performance.now();
      this.latenessMessage = undefined;
      return;
    }
    const isLate = performance.now() - this.oldestSince > this.lateMs;
    const message = isLate ? this.describeLateness(waiting?.count, failure) : undefined;
    if (message !== undefined && this.latenessMessage === undefined) this.log.error(message);
    this.latenessMessage = message;
  }

  private describeLateness(count: number | undefined, failure: string | undefined): string {
    const seconds = Math.round((performance.now() - this.oldestSince) / 1_000);
    const lines = count === undefined ? 'lines' : `${count} lines`;
    return `${lines} of the audit trail have waited for a place in its chain for ${seconds} seconds${failure === undefined ? '' : `: ${failure}`}`;
  }
}
