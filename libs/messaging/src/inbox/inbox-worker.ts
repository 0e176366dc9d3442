import { Logger } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import type { Leadership } from '#database/leadership';
import type { Branch } from '../outbox/branch';
import { claim, claimFresh, claimLimited, release, type Claimed, type InboxRow, type Place } from './claims.store';
import { handleOne, type PutOffFor } from './handle-one';
import { hasten, wake } from './held.store';
import { Lanes, type Run } from './lanes';
import { Pace } from '../outbox/pace';
import { Sweeper } from './sweeper';

/**
 * The number of messages of a lane in one claim: enough to save round trips, and few enough for other instances to get
 * some.
 */
const ROOM = 32;
const POLL_MS = 1_000;
/** A message that is due is claimed within this time, if there is room for it. */
const DUE_MS = 100;
/** A quick claim still finds enough messages when at most this many wait for others. */
const FEW = 8;
/** This build tries a message that it left to another build again after this time. */
const REFUSED_MS = 10_000;

/**
 * Brings the messages of one context's inbox to their handlers. It claims many messages at once. Different keys run in
 * parallel, and the messages of one key run one after the other. It claims only what this build can handle. Other
 * messages stay for a build that can handle them.
 */
export class InboxWorker {
  private readonly stopping = new AbortController();
  private readonly held = new Map<number, number>();
  private readonly lanes: Lanes;
  private readonly sweeper: Sweeper;
  private readonly pace = new Pace();
  private readonly heard: readonly string[];
  private readonly refused = new Map<number, number>();
  private loop?: Promise<void>;
  private sweptAt = -Infinity;
  private failing = false;
  private thoroughUntil = 0;
  /**
   * True when the last claim may have left messages that can be claimed soon: followers of messages in work, or
   * messages of a lane that had more than fit.
   */
  private passedOver = false;
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

  /** Stops claiming, releases the messages that are not started, and waits for those that are. */
  async stop(timeoutMs: number): Promise<void> {
    this.stopping.abort();
    await this.loop;
    const unbegun = this.lanes.clear<InboxRow>().flatMap(({ rows }) => rows.map(({ seq }) => seq));
    const idle = this.lanes.idle();
    await this.giveBack(unbegun);
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([idle, new Promise((resolve) => (timer = setTimeout(resolve, timeoutMs)))]);
    clearTimeout(timer);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const more = await this.turn().catch((error: Error) => {
        this.failed(error);
        return false;
      });
      if (!more) await this.branch.inbox.wait(POLL_MS, signal);
      await this.pace.wait(signal);
    }
  }

  /** Forgets what was known of the database, because it may be wrong now. Only the first failure in a row is logged. */
  private failed(error: Error): void {
    this.branch.marks.forget();
    if (!this.failing) this.log.warn(`the inbox could not be read: ${error.message}`);
    this.failing = true;
  }

  private succeeded(): void {
    if (this.failing) this.log.log('the inbox can be read again');
    this.failing = false;
  }

  /** True when there may be more to claim immediately. */
  private async turn(): Promise<boolean> {
    const instance = this.leadership.instance;
    if (instance === 0) return false;
    if (performance.now() - this.sweptAt >= POLL_MS) {
      await this.sweeper.sweep(instance, [...this.held.keys()]);
      this.sweptAt = performance.now();
    }
    const short = this.branch.handlers.lanes.filter((lane) => this.lanes.isShort(lane));
    this.passedOver = this.held.size > 0;
    if (short.length === 0) return false;
    const { handlers } = this.branch;
    const free = short.filter((lane) => handlers.atMost(lane) === undefined);
    const limited = short.filter((lane) => handlers.atMost(lane) !== undefined);
    let more = free.length > 0 && (await this.take(free, instance));
    for (const lane of limited) more = (await this.take([lane], instance, handlers.atMost(lane))) || more;
    this.succeeded();
    return more;
  }

  private async take(lanes: readonly string[], instance: number, atMost?: number): Promise<boolean> {
    const { context } = this.branch;
    const places: Place[] = lanes.flatMap((lane) => this.branch.marks.places(lane, ROOM));
    const { rows, fullUpTo } = await this.claim(places, instance, atMost);
    this.pace.took(rows.length);
    if (rows.length > 0) crashPoint('inbox.claimed', context);
    for (const { seq } of rows) this.held.set(seq, instance);
    await this.prepare(rows);
    for (const run of inRuns(rows)) this.lanes.add(run, () => this.work(run, instance));
    const behind = this.branch.marks.looked(places, fullUpTo, (lane) => count(rows, lane));
    const full = lanes.filter((lane) => count(rows, lane) >= ROOM);
    for (const lane of lanes) if (!full.includes(lane)) this.branch.marks.caughtUp(lane);
    if (full.length > 0) this.passedOver = true;
    return behind || full.some((lane) => this.lanes.isShort(lane));
  }

  /** Uses the quick claim where it can: usually all messages are fresh, and few of them wait for others. */
  private async claim(places: readonly Place[], instance: number, atMost?: number): Promise<Claimed> {
    const { db, marks } = this.branch;
    const able = { heard: this.heard, refused: this.leftToOthers() };
    if (atMost !== undefined) return claimLimited(db, instance, places, atMost, able, marks.dueAfter);
    const others = able.refused.length > 0 || places.some(({ above, mark }) => above > mark);
    if (others || !marks.onlyFresh || performance.now() < this.thoroughUntil)
      return claim(db, instance, places, able, marks.dueAfter);
    const { rows, looked } = await claimFresh(db, instance, places, this.heard);
    const waiting = looked - rows.length;
    if (waiting > FEW || (waiting > 0 && looked >= ROOM)) this.beThorough();
    return { rows, fullUpTo: new Map() };
  }

  /** For this time, claims also look at held messages, and at messages behind those that must wait for others. */
  private beThorough(forMs = POLL_MS): void {
    this.thoroughUntil = Math.max(this.thoroughUntil, performance.now() + forMs);
    this.branch.inbox.ring();
  }

  private async work(run: Run<InboxRow>, instance: number): Promise<void> {
    for (let at = 0; at < run.rows.length; at++) {
      const row = run.rows[at];
      const behind = run.rows.slice(at + 1).map(({ seq }) => seq);
      if (this.stopping.signal.aborted && at > 0) {
        await this.giveBack([row.seq, ...behind]);
        return;
      }
      const outcome = await handleOne(this.branch, row, instance, behind, this.log);
      this.held.delete(row.seq);
      if (typeof outcome === 'string' || !outcome.locked) await this.hastenOthers(row, outcome === 'done');
      if (outcome === 'done') continue;
      for (const seq of behind) this.held.delete(seq);
      if (outcome !== 'dead') this.later(row, outcome);
      return;
    }
    if (run.rows.some(({ held }) => held)) await this.wakeBehind(run);
    if (this.passedOver && this.lanes.isShort(run.lane)) this.branch.inbox.ring();
  }

  private later({ seq }: InboxRow, { afterMs, notOurs }: PutOffFor): void {
    if (notOurs) {
      this.refused.set(seq, performance.now() + REFUSED_MS);
      this.leadership.notify(`inbox:${this.branch.context}`);
    } else setTimeout(() => this.beThorough(DUE_MS), afterMs + DUE_MS / 10).unref();
  }

  private leftToOthers(): number[] {
    const now = performance.now();
    for (const [seq, until] of this.refused) if (until < now) this.refused.delete(seq);
    return [...this.refused.keys()];
  }

  /** Continues with the messages that were parked behind the run. */
  private async wakeBehind({ lane, rows: [{ key }] }: Run<InboxRow>): Promise<void> {
    const woken = await wake(this.branch.db, lane, key).catch(() => 0); // if it fails, `wakeStranded` finds them later
    if (woken === 0) return;
    this.beThorough();
    this.branch.inbox.raise();
  }

  /**
   * This message is no longer blocked by a lock, or by its environment if it is done. So other messages that waited for
   * the same may succeed too.
   */
  private async hastenOthers({ seq, waits, handler }: InboxRow, isDone: boolean): Promise<void> {
    if (waits === 0) return;
    const { probes, stalled } = this.branch;
    const others = [...probes.through(seq), ...(isDone ? stalled.succeeded(handler, seq) : [])];
    if (others.length === 0) return;
    await hasten(this.branch.db, others).catch(() => undefined); // if it fails, they run when they are due
    this.beThorough();
  }

  /**
   * Some handlers read ahead: they see all their messages at once. If that fails, each message shows its error when it
   * is handled.
   */
  private async prepare(rows: readonly InboxRow[]): Promise<void> {
    for (const handler of this.branch.handlers.all) {
      const theirs = handler.prepare ? rows.filter((row) => row.handler === handler.name) : [];
      if (theirs.length > 0) await handler.prepare!(theirs).catch(() => undefined);
    }
  }

  private async giveBack(seqs: readonly number[]): Promise<void> {
    const claimants = new Set(seqs.map((seq) => this.held.get(seq)));
    for (const instance of claimants)
      if (instance) await release(this.branch.db, instance, seqs).catch(() => undefined); // else a sweep frees them
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
