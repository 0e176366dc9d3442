import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { OneAtATime } from '#platform/system';
import { Gauge, register } from 'prom-client';
import type { Database } from '#database';
import type { SealKey } from '#event-store';
import type { Clock } from '#platform/system';
import { chainedRow, sealChain, START } from './chain';
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
import { isOfTheRow, SetAside } from './set-aside';

const BATCH = 500;
const EVERY_MS = 10_000;
/** A line normally gets its place within seconds. If no line gets one for this time, it is reported. */
const LATE_MS = 60_000;

const gauge = (name: string, help: string) =>
  (register.getSingleMetric(name) as Gauge | undefined) ?? new Gauge({ name, help });
const waitingLines = gauge(
  'shop_audit_waiting_lines',
  'Lines and outcomes of the audit trail that wait for their place in its chain.',
);
const asideLines = gauge(
  'shop_audit_set_aside_lines',
  'Lines and outcomes of the audit trail that this process could not give a place in its chain.',
);

/**
 * Gives every line of the trail its place in the chain, and signs the chain. Several processes may do this at once: the
 * first one to write counts.
 */
@Injectable()
export class AuditChain {
  private readonly log = new Logger('AuditChain');
  private readonly aside = new SetAside(this.log);
  /** The row that has waited longest, and when it was first seen. Null if no row waits. */
  private oldest: number | null = null;
  private since = performance.now();
  private late?: string;

  constructor(
    private readonly db: Database,
    private readonly key: SealKey,
    private readonly clock: Clock,
    private readonly watch = new AuditWatch(db, key),
    private readonly lateMs = LATE_MS,
  ) {}

  /** Why some lines have no place in the chain; undefined while all get theirs. */
  get trouble(): string | undefined {
    return this.aside.trouble ?? this.late;
  }

  @Interval('audit chain', EVERY_MS)
  @OneAtATime()
  async tick(): Promise<void> {
    const failed = await this.round().catch((error: Error) => error);
    if (failed) this.log.warn(`failed, the next round tries again: ${failed.message}`);
    await this.checkLateness(failed?.message);
  }

  /** If the end of the trail is missing, nothing is added to its chain, because then the end could not be restored. */
  private async round(): Promise<undefined> {
    if ((await this.watch.follow()) === undefined && (await this.extend()) > 0) await this.watch.follow();
    await this.watch.walk();
  }

  /** Returns how many lines this process has added. */
  async extend(): Promise<number> {
    this.aside.tryAgain();
    let added = 0;
    for (let rows; (rows = await waitingRows(this.db, BATCH, this.aside.arrived)).length > 0;) {
      const placed = await this.place(rows);
      if (placed === undefined) return added; // another process has added rows
      added += placed;
      if (rows.length < BATCH) break;
    }
    await this.seal();
    return added;
  }

  /**
   * Returns how many rows got their places; undefined if another process was faster. If a row cannot have a place, it
   * is found by bisection and set aside, and the other rows get their places.
   */
  private async place(rows: readonly WaitingRow[]): Promise<number | undefined> {
    let wrong: string;
    try {
      const texts = await textsOf(this.db, rows);
      const existing = rows.flatMap((row, index) => {
        const text = texts[index];
        if (text === null) this.aside.add(row, 'it is gone');
        return text === null ? [] : [{ ...row, text }];
      });
      if (existing.length === 0) return 0;
      const end = (await chainEnd(this.db)) ?? START;
      let { position, hash } = end;
      const hashes = existing.map((row) => (hash = chainedRow(hash, (position += 1), row)));
      if (await addToChain(this.db, existing, hashes, end.position)) return existing.length;
      if (((await chainEnd(this.db)) ?? START).position !== end.position) return undefined;
      wrong = 'the database refuses it a place';
    } catch (error) {
      if (!isOfTheRow(error)) throw error;
      wrong = error.message;
    }
    if (rows.length === 1) {
      this.aside.add(rows[0], wrong);
      return 0;
    }
    const half = Math.ceil(rows.length / 2);
    const first = await this.place(rows.slice(0, half));
    const second = first === undefined ? undefined : await this.place(rows.slice(half));
    return first === undefined || second === undefined ? undefined : first + second;
  }

  private async seal(): Promise<void> {
    const end = await chainEnd(this.db);
    const last = await lastChainSeal(this.db);
    const after = last?.position ?? 0;
    if (!end || end.position <= after) return;
    const seal = sealChain(this.key, { ...end, after, sealedAt: this.clock.now() }, last?.signature ?? '');
    if (!(await addChainSeal(this.db, seal))) return;
    // Somebody who removes the end of the chain and its seals from the database cannot remove this log line.
    this.log.log(`the audit trail is sealed up to ${seal.position}: ${seal.signature}`);
  }

  /** Checks that lines get their places in time, by this process's clock: the database's clock may be wrong. */
  private async checkLateness(failed: string | undefined): Promise<void> {
    const waiting = await countWaiting(this.db, this.aside.arrived).catch(() => undefined);
    if (waiting) waitingLines.set(waiting.count);
    asideLines.set(this.aside.arrived.length);
    const isMoving = waiting !== undefined && (waiting.count === 0 || waiting.oldest !== this.oldest);
    if (isMoving && failed === undefined) {
      this.oldest = waiting.oldest;
      this.since = performance.now();
      this.late = undefined;
      return;
    }
    const isLate = performance.now() - this.since > this.lateMs;
    const late = isLate ? this.lateness(waiting?.count, failed) : undefined;
    if (late !== undefined && this.late === undefined) this.log.error(late);
    this.late = late;
  }

  private lateness(count: number | undefined, failed: string | undefined): string {
    const seconds = Math.round((performance.now() - this.since) / 1_000);
    const many = count === undefined ? 'lines' : `${count} lines`;
    return `${many} of the audit trail have waited for a place in its chain for ${seconds} seconds${failed === undefined ? '' : `: ${failed}`}`;
  }
}
