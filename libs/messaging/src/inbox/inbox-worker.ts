import { Logger } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import type { Leadership } from '#database/leadership';
import type { Branch } from '../outbox/branch';
import { claim, claimFresh, claimLimited, release, type Claimed, type InboxRow, type Place } from './claims.store';
import { Lease, type Claimant, type DirectWorker } from '../hand-over/lease';
import { handleOne, type PutOffFor } from './handle-one';
import { claimLeased, endLeases } from './leases.store';
import { hasten, wake } from './held.store';
import { Lanes, type Run } from './lanes';
import { Pace } from '../outbox/pace';
import { Sweeper } from './sweeper';

/**
 * The number of messages of a lane in one claim. A larger number would save round trips, but leave fewer messages for
 * other instances.
 */
const MAX_CLAIMED = 32;
const POLL_MS = 1_000;
/** A message that is due is claimed within this time, if there is room for it. */
const DUE_MS = 100;
/** The quick claim is used while at most this many of the messages that it reads must wait for others. */
const MAX_WAITING = 8;
/** A message that this build left to another build is tried here again after this time. */
const REFUSED_MS = 10_000;

/**
 * Handles the messages of one context's inbox. It claims many messages at once. Different keys are handled in parallel,
 * and the messages of one key one after the other. It claims only messages that this build can handle. Other messages
 * wait for a build that can.
 */
export class InboxWorker implements DirectWorker {
  private readonly stopping = new AbortController();
  private readonly held = new Map<number, number>();
  /** The leased rows that this process has not handled yet. */
  private readonly leased = new Set<number>();
  private readonly backlogs = new Set<string>();
  private readonly lanes: Lanes;
  private readonly sweeper: Sweeper;
  private readonly pace = new Pace();
  private readonly heard: readonly string[];
  private readonly refused = new Map<number, number>();
  private loop?: Promise<void>;
  private sweptAt = -Infinity;
  private failing = false;
  private fullClaimsUntil = 0;
  /**
   * True if the last claim may have left messages that can be claimed soon: messages behind those in work, or messages
   * of a lane with more messages than one claim takes.
   */
  private mayHaveMore = false;
  private readonly log: Logger;

  constructor(
    private readonly branch: Branch,
    private readonly leadership: Pick<Leadership, 'instance' | 'living' | 'notify'>,
  ) {
    this.log = new Logger(`Inbox ${branch.context}`);
    this.heard = branch.handlers.heard;
    this.lanes = new Lanes((lane) => branch.handlers.limit(lane));
    this.sweeper = new Sweeper(branch, leadership, this.log);
  }

  start(): void {
    this.loop = this.run();
  }

  /** Stops claiming, releases the messages that have not begun, and waits for the others up to `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    this.stopping.abort();
    await this.loop;
    const notBegun = this.lanes.clear<InboxRow>().flatMap(({ rows }) => rows.map(({ seq }) => seq));
    const idle = this.lanes.idle();
    await this.releaseClaims(notBegun);
    await this.giveBackLeases(notBegun);
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([idle, new Promise((resolve) => (timer = setTimeout(resolve, timeoutMs)))]);
    clearTimeout(timer);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const more = await this.claimOnce().catch((error: Error) => {
        this.failed(error);
        return false;
      });
      if (!more) await this.branch.inbox.wait(POLL_MS, signal);
      await this.pace.wait(signal);
    }
  }

  /** Resets the marks, because the database may have changed. Only the first failure in a row is logged. */
  private failed(error: Error): void {
    this.branch.marks.forget();
    if (!this.failing) this.log.warn(`the inbox could not be read: ${error.message}`);
    this.failing = true;
  }

  private succeeded(): void {
    if (this.failing) this.log.log('the inbox can be read again');
    this.failing = false;
  }

  /** True if there may be more messages to claim at once. */
  private async claimOnce(): Promise<boolean> {
    const instance = this.leadership.instance;
    if (instance === 0) return false;
    if (performance.now() - this.sweptAt >= POLL_MS) {
      await this.sweeper.sweep(instance, [...this.held.keys()]);
      this.sweptAt = performance.now();
    }
    const short = this.branch.handlers.lanes.filter((lane) => this.lanes.isShort(lane));
    this.mayHaveMore = this.held.size + this.leased.size > 0;
    if (short.length === 0) return false;
    const { handlers } = this.branch;
    const free = short.filter((lane) => handlers.atMost(lane) === undefined);
    const limited = short.filter((lane) => handlers.atMost(lane) !== undefined);
    let more = free.length > 0 && (await this.claimAndQueue(free, instance));
    for (const lane of limited) more = (await this.claimAndQueue([lane], instance, handlers.atMost(lane))) || more;
    this.succeeded();
    return more;
  }

  private async claimAndQueue(lanes: readonly string[], instance: number, atMost?: number): Promise<boolean> {
    const { context } = this.branch;
    const places: Place[] = lanes.flatMap((lane) => this.branch.marks.places(lane, MAX_CLAIMED));
    const { rows, fullUpTo } = await this.claim(places, instance, atMost);
    this.pace.took(rows.length);
    if (rows.length > 0) crashPoint('inbox.claimed', context);
    for (const { seq } of rows) this.held.set(seq, instance);
    await this.prepare(rows);
    for (const run of inRuns(rows)) this.lanes.add(run, () => this.work(run, { number: instance, instance }));
    const behind = this.branch.marks.looked(places, fullUpTo, (lane) => count(rows, lane));
    const full = lanes.filter((lane) => count(rows, lane) >= MAX_CLAIMED);
    for (const lane of lanes)
      if (full.includes(lane)) this.backlogs.add(lane);
      else {
        this.branch.marks.caughtUp(lane);
        this.backlogs.delete(lane);
      }
    if (full.length > 0) this.mayHaveMore = true;
    return behind || full.some((lane) => this.lanes.isShort(lane));
  }

  /** Uses the quick claim while all messages are fresh and few of them wait for others, which is usual. */
  private async claim(places: readonly Place[], instance: number, atMost?: number): Promise<Claimed> {
    const { db, marks } = this.branch;
    const able = { heard: this.heard, refused: this.refusedNow() };
    if (atMost !== undefined) return claimLimited(db, instance, places, atMost, able, marks.dueAfter);
    const others = able.refused.length > 0 || places.some(({ above, mark }) => above > mark);
    if (others || !marks.onlyFresh || performance.now() < this.fullClaimsUntil)
      return claim(db, instance, places, able, marks.dueAfter);
    const { rows, looked } = await claimFresh(db, instance, places, this.heard);
    const waiting = looked - rows.length;
    if (waiting > MAX_WAITING || (waiting > 0 && looked >= MAX_CLAIMED)) this.useFullClaims();
    return { rows, fullUpTo: new Map() };
  }

  /** For this time, claims also read held messages, and messages behind those that must wait for others. */
  private useFullClaims(forMs = POLL_MS): void {
    this.fullClaimsUntil = Math.max(this.fullClaimsUntil, performance.now() + forMs);
    this.branch.inbox.ring();
  }

  hasRoom(lane: string): boolean {
    return (
      !this.stopping.signal.aborted &&
      this.leadership.instance !== 0 &&
      !this.backlogs.has(lane) &&
      this.lanes.hasRoom(lane)
    );
  }

  /** Rows that are not handled soon are dropped here. Any process claims them when the lease is over. */
  take(rows: readonly InboxRow[], since: number): void {
    if (this.stopping.signal.aborted) return void endLeases(this.branch.db, rows.map(({ seq }) => seq)).catch(() => undefined); // prettier-ignore
    for (const { seq } of rows) this.leased.add(seq);
    const prepared = this.prepare(rows);
    for (const run of inRuns(rows))
      this.lanes.add(run, async () => {
        await prepared;
        await this.workLeased(run, new Lease(since, this.leadership.instance));
        for (const { seq } of run.rows) this.leased.delete(seq);
        if (this.mayHaveMore) this.branch.inbox.ring();
      });
  }

  private async workLeased(run: Run<InboxRow>, lease: Lease): Promise<void> {
    if (lease.isTooLate) return;
    lease.begin(async () => {
      const instance = this.leadership.instance;
      for (const seq of await claimLeased(this.branch.db, instance, run.rows)) this.held.set(seq, instance);
      return instance;
    });
    await this.work(run, lease);
    lease.end();
    for (const { seq } of run.rows) this.held.delete(seq);
  }

  /** Other processes may claim these rows at once. */
  private async giveBackLeases(seqs: readonly number[]): Promise<void> {
    const leased = seqs.filter((seq) => this.leased.delete(seq));
    if (leased.length === 0) return;
    await endLeases(this.branch.db, leased).catch(() => undefined); // if it fails, they wait for the end of the lease
    this.leadership.notify(`inbox:${this.branch.context}`);
  }

  private async work(run: Run<InboxRow>, claimant: Claimant): Promise<void> {
    for (let at = 0; at < run.rows.length; at++) {
      const row = run.rows[at];
      const behind = run.rows.slice(at + 1).map(({ seq }) => seq);
      if (this.stopping.signal.aborted && at > 0) {
        await this.releaseClaims([row.seq, ...behind]);
        await this.giveBackLeases([row.seq, ...behind]);
        return;
      }
      const outcome = await handleOne(this.branch, row, claimant, behind, this.log);
      this.held.delete(row.seq);
      if (typeof outcome === 'string' || !outcome.locked) await this.hastenOthers(row, outcome === 'done');
      if (outcome === 'done') continue;
      for (const seq of behind) this.held.delete(seq);
      if (outcome !== 'dead') this.scheduleRetry(row, outcome);
      return;
    }
    if (run.rows.some(({ held }) => held)) await this.wakeBehind(run);
    if (this.mayHaveMore && this.lanes.isShort(run.lane)) this.branch.inbox.ring();
  }

  private scheduleRetry({ seq }: InboxRow, { afterMs, notOurs }: PutOffFor): void {
    if (notOurs) {
      this.refused.set(seq, performance.now() + REFUSED_MS);
      this.leadership.notify(`inbox:${this.branch.context}`);
    } else setTimeout(() => this.useFullClaims(DUE_MS), afterMs + DUE_MS / 10).unref();
  }

  private refusedNow(): number[] {
    const now = performance.now();
    for (const [seq, until] of this.refused) if (until < now) this.refused.delete(seq);
    return [...this.refused.keys()];
  }

  /** Makes the messages due that were parked behind the run. */
  private async wakeBehind({ lane, rows: [{ key }] }: Run<InboxRow>): Promise<void> {
    const woken = await wake(this.branch.db, lane, key).catch(() => 0); // if it fails, `wakeStranded` finds them later
    if (woken === 0) return;
    this.useFullClaims();
    this.branch.inbox.raise();
  }

  /**
   * Call this when a message met no lock. If it had to wait before, other messages may have waited for the same lock.
   * If it is done, others may have waited for the same fault of the environment. All of them become due now.
   */
  private async hastenOthers({ seq, waits, handler }: InboxRow, isDone: boolean): Promise<void> {
    if (waits === 0) return;
    const { probes, stalled } = this.branch;
    const others = [...probes.through(seq), ...(isDone ? stalled.succeeded(handler, seq) : [])];
    if (others.length === 0) return;
    await hasten(this.branch.db, others).catch(() => undefined); // if it fails, they run when they are due
    this.useFullClaims();
  }

  /**
   * Calls `prepare` of the handlers that have it, with all their claimed messages. An error is ignored, because
   * handling the message will show it.
   */
  private async prepare(rows: readonly InboxRow[]): Promise<void> {
    for (const handler of this.branch.handlers.all) {
      const theirs = handler.prepare ? rows.filter((row) => row.handler === handler.name) : [];
      if (theirs.length > 0) await handler.prepare!(theirs).catch(() => undefined);
    }
  }

  private async releaseClaims(seqs: readonly number[]): Promise<void> {
    const claimants = new Set(seqs.map((seq) => this.held.get(seq)));
    for (const instance of claimants)
      // after a failure, a sweep frees them
      if (instance) await release(this.branch.db, instance, seqs).catch(() => undefined);
    for (const seq of seqs) this.held.delete(seq);
  }
}

const count = (rows: readonly InboxRow[], lane: string) => rows.filter((row) => row.lane === lane).length;

/** Groups rows by lane and key, in order of arrival. */
export function inRuns(rows: readonly InboxRow[]): Run<InboxRow>[] {
  const runs = new Map<string, Run<InboxRow>>();
  for (const row of rows) {
    const id = `${row.lane}\u0000${row.key}`;
    const run = runs.get(id);
    if (run) run.rows.push(row);
    else runs.set(id, { lane: row.lane, rows: [row] });
  }
  return [...runs.values()];
}
