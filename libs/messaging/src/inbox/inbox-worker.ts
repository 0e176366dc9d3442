import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import type { Leadership } from '#database/leadership';
import type { MessageEndpoint } from '../outbox/message-endpoint';
import { claim, claimFresh, claimLimited, release, type Claimed, type InboxRow, type ClaimRange } from './claims.store';
import { Lease, type Claimant, type DirectWorker } from '../hand-over/lease';
import { handleOne, type Postponement } from './handle-one';
import { claimLeased, endLeases } from './leases.store';
import { makeDueNow, wakeParked } from './held.store';
import { Lanes, type MessageGroup } from './lanes';
import { ReadDelay } from '../outbox/read-delay';
import { Sweeper } from './sweeper';

/**
 * The number of messages of a lane in one claim. A larger number would save round trips, but leave fewer messages for
 * other instances.
 */
const MAX_CLAIMED = 32;
const POLL_MS = 1_000;
/** A message is claimed within this time after it is due, if there is room for it. */
const DUE_MS = 100;
/** The quick claim is used while at most this many of the messages that it reads must wait for others. */
const MAX_WAITING = 8;
/** A message that this build left to another build is tried here again after this time. */
const LEFT_TO_OTHERS_MS = 10_000;

/**
 * Handles the messages of one context's inbox. It claims many messages at once. Different keys are handled in parallel,
 * and the messages of one key one after the other. It claims only messages that this build can handle. Other messages
 * wait for a build that can.
 */
export class InboxWorker implements DirectWorker {
  private readonly stopping = new AbortController();
  private readonly claimedBy = new Map<number, number>();
  /** The leased rows that this process has not handled yet. */
  private readonly leased = new Set<number>();
  /** The lanes in which the last claim left messages. */
  private readonly backlogs = new Set<string>();
  private readonly lanes: Lanes;
  private readonly sweeper: Sweeper;
  private readonly delay = new ReadDelay();
  private readonly handlerTypes: readonly string[];
  private readonly leftToOthers = new Map<number, number>();
  private loop?: Promise<void>;
  private lastSweepAt = -Infinity;
  private isFailing = false;
  private fullClaimsUntil = 0;
  /**
   * True if the last claim perhaps left messages that can be claimed soon: messages behind claimed ones, or messages
   * of a lane with more messages than one claim takes.
   */
  private mayHaveMore = false;
  /**
   * Runs the handling of handed-over messages in the async context of the constructor. Otherwise it would run in the
   * transaction, the unit and the trace of the sender.
   */
  private readonly runDetached = AsyncLocalStorage.snapshot() as (work: () => void) => void;
  private readonly log: Logger;

  constructor(
    private readonly endpoint: MessageEndpoint,
    private readonly leadership: Pick<Leadership, 'instance' | 'living' | 'notify'>,
  ) {
    this.log = new Logger(`Inbox ${endpoint.context}`);
    this.handlerTypes = endpoint.handlers.handlerTypes;
    this.lanes = new Lanes((lane) => endpoint.handlers.keysAtOnce(lane));
    this.sweeper = new Sweeper(endpoint, leadership, this.log);
  }

  start(): void {
    this.loop = this.run();
  }

  /** Stops claiming, releases the messages whose handling has not begun, and waits for the others up to `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    this.stopping.abort();
    await this.loop;
    const notBegun = this.lanes.removeWaiting<InboxRow>().flatMap(({ rows }) => rows.map(({ seq }) => seq));
    const idle = this.lanes.waitUntilIdle();
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
        this.recordFailure(error);
        return false;
      });
      if (!more) await this.endpoint.inbox.wait(this.endpoint.marks.waitForHeld(POLL_MS), signal);
      await this.delay.wait(signal);
    }
  }

  /** Resets the marks, because perhaps a backup was restored. Only the first failure in a row is logged. */
  private recordFailure(error: Error): void {
    this.endpoint.marks.reset();
    if (!this.isFailing) this.log.warn(`the inbox could not be read: ${error.message}`);
    this.isFailing = true;
  }

  private recordSuccess(): void {
    if (this.isFailing) this.log.log('the inbox can be read again');
    this.isFailing = false;
  }

  /** True if the next claim should follow at once, because there are perhaps more messages. */
  private async claimOnce(): Promise<boolean> {
    const instance = this.leadership.instance;
    if (instance === 0) return false;
    if (performance.now() - this.lastSweepAt >= POLL_MS) {
      await this.sweeper.sweep(instance, [...this.claimedBy.keys()]);
      this.lastSweepAt = performance.now();
    }
    const withRoom = this.endpoint.handlers.lanes.filter((lane) => this.lanes.wantsMore(lane));
    this.mayHaveMore = this.claimedBy.size + this.leased.size > 0;
    if (withRoom.length === 0) return false;
    const { handlers } = this.endpoint;
    const unlimited = withRoom.filter((lane) => handlers.messagesAtOnce(lane) === undefined);
    const limited = withRoom.filter((lane) => handlers.messagesAtOnce(lane) !== undefined);
    let more = unlimited.length > 0 && (await this.claimAndQueue(unlimited, instance));
    for (const lane of limited)
      more = (await this.claimAndQueue([lane], instance, handlers.messagesAtOnce(lane))) || more;
    this.recordSuccess();
    return more;
  }

  private async claimAndQueue(lanes: readonly string[], instance: number, atMost?: number): Promise<boolean> {
    const { context } = this.endpoint;
    const ranges: ClaimRange[] = lanes.flatMap((lane) => this.endpoint.marks.claimRanges(lane, MAX_CLAIMED));
    const { rows, fullUpTo } = await this.claim(ranges, instance, atMost);
    this.delay.recordRead(rows.length);
    if (rows.length > 0) crashPoint('inbox.claimed', context);
    for (const { seq } of rows) this.claimedBy.set(seq, instance);
    await this.prepare(rows);
    for (const group of groupByKey(rows))
      this.lanes.add(group, () => this.handleGroup(group, { number: instance, instance }));
    const hasMoreBehind = this.endpoint.marks.recordClaim(ranges, fullUpTo, (lane) => countInLane(rows, lane));
    const full = lanes.filter((lane) => countInLane(rows, lane) >= MAX_CLAIMED);
    for (const lane of lanes)
      if (full.includes(lane)) this.backlogs.add(lane);
      else {
        this.endpoint.marks.recordCaughtUp(lane);
        this.backlogs.delete(lane);
      }
    if (full.length > 0) this.mayHaveMore = true;
    return hasMoreBehind || full.some((lane) => this.lanes.wantsMore(lane));
  }

  /** Uses the quick claim while all messages are fresh and few of them wait for others. This is the usual case. */
  private async claim(ranges: readonly ClaimRange[], instance: number, atMost?: number): Promise<Claimed> {
    const { db, marks } = this.endpoint;
    const capabilities = { handlerTypes: this.handlerTypes, refused: this.leftToOthersNow() };
    if (atMost !== undefined) return claimLimited(db, instance, ranges, atMost, capabilities, marks.dueAfter);
    const needsFullClaim = capabilities.refused.length > 0 || ranges.some(({ above, mark }) => above > mark);
    if (needsFullClaim || !marks.hasOnlyFresh || performance.now() < this.fullClaimsUntil)
      return claim(db, instance, ranges, capabilities, marks.dueAfter);
    const { rows, looked } = await claimFresh(db, instance, ranges, this.handlerTypes);
    const waiting = looked - rows.length;
    if (waiting > MAX_WAITING || (waiting > 0 && looked >= MAX_CLAIMED)) this.useFullClaims();
    return { rows, fullUpTo: new Map() };
  }

  /** For the time `forMs`, claims also read held messages, and messages behind those that must wait for others. */
  private useFullClaims(forMs = POLL_MS): void {
    this.fullClaimsUntil = Math.max(this.fullClaimsUntil, performance.now() + forMs);
    this.endpoint.inbox.ring();
  }

  get groupsInWork(): number {
    return this.lanes.size;
  }

  hasRoom(lane: string, more: number): boolean {
    return (
      !this.stopping.signal.aborted &&
      this.leadership.instance !== 0 &&
      !this.backlogs.has(lane) &&
      this.lanes.hasRoom(lane, more)
    );
  }

  /** If the handling of rows would begin too late, they are dropped here. Any process claims them after the lease. */
  take(rows: readonly InboxRow[], since: number): void {
    this.runDetached(() => this.queueLeased(rows, since));
  }

  private queueLeased(rows: readonly InboxRow[], since: number): void {
    for (const { seq } of rows) this.leased.add(seq);
    if (this.stopping.signal.aborted) return void this.giveBackLeases(rows.map(({ seq }) => seq));
    const prepared = this.prepare(rows);
    for (const group of groupByKey(rows))
      this.lanes.add(group, async () => {
        await prepared;
        await this.handleLeased(group, new Lease(since, this.leadership.instance));
        for (const { seq } of group.rows) this.leased.delete(seq);
        if (this.mayHaveMore) this.endpoint.inbox.ring();
      });
  }

  private async handleLeased(group: MessageGroup<InboxRow>, lease: Lease): Promise<void> {
    if (lease.isTooLate) return;
    lease.begin(async () => {
      const { instance } = this.leadership;
      for (const seq of await claimLeased(this.endpoint.db, instance, group.rows)) this.claimedBy.set(seq, instance);
      return instance;
    });
    await this.handleGroup(group, lease);
    await lease.end();
    for (const { seq } of group.rows) this.claimedBy.delete(seq);
  }

  /** After this, other processes can claim these rows at once. */
  private async giveBackLeases(seqs: readonly number[]): Promise<void> {
    const leased = seqs.filter((seq) => this.leased.delete(seq));
    if (leased.length === 0) return;
    await endLeases(this.endpoint.db, leased).catch(() => undefined); // after a failure, the leases end later
    this.leadership.notify(`inbox:${this.endpoint.context}`);
  }

  private async handleGroup(group: MessageGroup<InboxRow>, claimant: Claimant): Promise<void> {
    for (let at = 0; at < group.rows.length; at++) {
      const row = group.rows[at];
      const behind = group.rows.slice(at + 1).map(({ seq }) => seq);
      if (this.stopping.signal.aborted && at > 0) {
        await this.releaseClaims([row.seq, ...behind]);
        await this.giveBackLeases([row.seq, ...behind]);
        return;
      }
      const outcome = await handleOne(this.endpoint, row, claimant, behind, this.log);
      this.claimedBy.delete(row.seq);
      if (typeof outcome === 'string' || !outcome.rowWasLocked) await this.retryOthersNow(row, outcome === 'done');
      if (outcome === 'done') continue;
      for (const seq of behind) this.claimedBy.delete(seq);
      if (outcome !== 'dead') this.scheduleRetry(row, outcome);
      return;
    }
    if (group.rows.some(({ held }) => held)) await this.wakeParkedBehind(group);
    if (this.mayHaveMore && this.lanes.wantsMore(group.lane)) this.endpoint.inbox.ring();
  }

  private scheduleRetry({ seq }: InboxRow, { afterMs, isForOtherBuild }: Postponement): void {
    if (isForOtherBuild) {
      this.leftToOthers.set(seq, performance.now() + LEFT_TO_OTHERS_MS);
      this.leadership.notify(`inbox:${this.endpoint.context}`);
    } else setTimeout(() => this.useFullClaims(DUE_MS), afterMs + DUE_MS / 10).unref();
  }

  private leftToOthersNow(): number[] {
    const now = performance.now();
    for (const [seq, until] of this.leftToOthers) if (until < now) this.leftToOthers.delete(seq);
    return [...this.leftToOthers.keys()];
  }

  /** The messages that were parked behind the group become due. */
  private async wakeParkedBehind({ lane, rows: [{ key }] }: MessageGroup<InboxRow>): Promise<void> {
    // after a failure, `wakeStranded` finds the messages later
    const woken = await wakeParked(this.endpoint.db, lane, key).catch(() => 0);
    if (woken === 0) return;
    this.useFullClaims();
    this.endpoint.inbox.raise();
  }

  /**
   * Call this after an attempt that met no locked row. If the message was postponed before, other messages perhaps wait
   * for the same lock. If the message is done, other messages perhaps wait for the end of the same fault of the
   * environment. All of them become due now.
   */
  private async retryOthersNow({ seq, waits, handler }: InboxRow, isDone: boolean): Promise<void> {
    if (waits === 0) return;
    const { probes, stalled } = this.endpoint;
    const others = [...probes.recordUnlocked(seq), ...(isDone ? stalled.recordSuccess(handler, seq) : [])];
    if (others.length === 0) return;
    await makeDueNow(this.endpoint.db, others).catch(() => undefined); // after a failure, they run when they are due
    this.useFullClaims();
  }

  /**
   * Calls `prepare` of the handlers that have it, with all their claimed messages. An error is ignored, because
   * handling the message will show it.
   */
  private async prepare(rows: readonly InboxRow[]): Promise<void> {
    for (const handler of this.endpoint.handlers.all) {
      const theirs = handler.prepare ? rows.filter((row) => row.handler === handler.name) : [];
      if (theirs.length > 0) await handler.prepare!(theirs).catch(() => undefined);
    }
  }

  private async releaseClaims(seqs: readonly number[]): Promise<void> {
    const claimants = new Set(seqs.map((seq) => this.claimedBy.get(seq)));
    for (const instance of claimants)
      // after a failure, a sweep frees the messages
      if (instance) await release(this.endpoint.db, instance, seqs).catch(() => undefined);
    for (const seq of seqs) this.claimedBy.delete(seq);
  }
}

const countInLane = (rows: readonly InboxRow[], lane: string) => rows.filter((row) => row.lane === lane).length;

/** Groups rows by lane and key, in order of arrival. */
export function groupByKey(rows: readonly InboxRow[]): MessageGroup<InboxRow>[] {
  const groups = new Map<string, MessageGroup<InboxRow>>();
  for (const row of rows) {
    const id = `${row.lane}\u0000${row.key}`;
    const group = groups.get(id);
    if (group) group.rows.push(row);
    else groups.set(id, { lane: row.lane, rows: [row] });
  }
  return [...groups.values()];
}
