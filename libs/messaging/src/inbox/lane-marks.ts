import type { Database } from '#database';
import { activity } from '#platform/system';
import type { ClaimRange } from './claims.store';
import { Horizon } from '../outbox/horizon';
import { readLanes, type LaneMark, type LaneReading } from './sweeps.store';

/**
 * No transaction that wrote a held message is open longer than this, because Postgres aborts each of our statements
 * after ten seconds.
 */
const DUE_MARGIN_SECONDS = 60;
/** A scan over waiting messages starts again after a pause of this many times its own duration. */
const RESTART_FACTOR = 50;
const MIN_PAUSE_MS = 1_000;

/** A lane is behind if no claim has taken all of its messages for this time. */
const BEHIND_MS = 5_000;

/** Between two updates, the clocks of the process and of the database drift apart by less than this. */
const EARLY_MS = 20;

export interface MarksUpdate {
  /** True if a full read, which ignores the marks, found an open message at or below a mark. This would be a bug. */
  readonly hasOpenBelow: boolean;
  /** The instances that have claims near the front of the lanes. */
  readonly claimants: readonly number[];
}

interface Scan {
  readonly from: number;
  readonly began: number;
}

/**
 * The numbers above which a worker looks for fresh messages. Up to a lane's mark, all messages are done or held. While
 * another transaction has an old snapshot, vacuum cannot remove handled messages, and reading them would slow claims.
 * Messages that must wait for others can fill a lane's window. Then a scan continues behind them, and starts again from
 * time to time.
 */
export class LaneMarks {
  private readonly horizon = new Horizon('inbox');
  private readonly marks = new Map<string, number>();
  private readonly scans = new Map<string, Scan>();
  private readonly scanEnds = new Map<string, { readonly at: number; readonly took: number }>();
  private readonly caughtUpAt = new Map<string, number>();
  /** No held message is due before this time (Unix time in seconds), so claims do not read earlier ones. */
  dueAfter = -1e9;
  /** Lanes that this build does not have, but that had messages at the last full read. */
  otherLanes: readonly string[] = [];
  /**
   * When the first held message is due, in monotonic milliseconds of this process. `-Infinity` if that is unknown, or
   * if a message waits for another build.
   */
  private heldDueAt = -Infinity;

  /** True if, at the last update, no message waited for another build, and no held message is due yet. */
  get hasOnlyFresh(): boolean {
    return performance.now() < this.heldDueAt;
  }

  /**
   * How long a worker waits for a notification: `pollMs`, or longer in an idle process, but not longer than until a
   * held message is due.
   */
  waitForHeld(pollMs: number): number {
    const untilDue = this.heldDueAt - performance.now();
    return Math.max(pollMs, Math.min(activity.checkAfter(pollMs), untilDue));
  }

  /** Call this when a claim left no messages of the lane that it could have taken. */
  recordCaughtUp(lane: string): void {
    this.caughtUpAt.set(lane, performance.now());
  }

  /** Returns the lanes that are behind. */
  lanesBehind(lanes: readonly string[]): readonly string[] {
    for (const lane of lanes) if (!this.caughtUpAt.has(lane)) this.recordCaughtUp(lane);
    const since = performance.now() - BEHIND_MS;
    return lanes.filter((lane) => this.caughtUpAt.get(lane)! < since);
  }

  marksOf(lanes: readonly string[]): LaneMark[] {
    return lanes.map((lane) => ({ lane, mark: this.markOf(lane) }));
  }

  /** The ranges of a lane in which a claim searches: the front, and the part behind the messages that must wait. */
  claimRanges(lane: string, room: number): ClaimRange[] {
    const mark = this.markOf(lane);
    const front = { lane, room, above: mark, mark };
    const scan = this.scans.get(lane);
    return scan ? [front, { lane, room, above: scan.from, mark }] : [front];
  }

  /**
   * Call this after a claim with its ranges and the last numbers of the full windows. True if a full window had few
   * messages to claim, so that the scan continues behind it.
   */
  recordClaim(
    ranges: readonly ClaimRange[],
    fullUpTo: ReadonlyMap<number, number>,
    claimed: (lane: string) => number,
  ): boolean {
    let more = false;
    for (const [lane, laneRanges] of groupByLane(ranges)) {
      const last = laneRanges.at(-1)!;
      const upTo = fullUpTo.get(last.index);
      const now = performance.now();
      if (upTo !== undefined && claimed(lane) < last.range.room) {
        this.scans.set(lane, { from: upTo, began: this.scans.get(lane)?.began ?? now });
        this.scanEnds.delete(lane);
        more = true;
      } else if (upTo === undefined) this.restartIfDue(lane, now);
    }
    return more;
  }

  /** Updates the marks. Call this once a second. `handlerTypes` lists what this build can handle, as "handler type". */
  async update(
    db: Database,
    lanes: readonly string[],
    isFullRead: boolean,
    handlerTypes: ReadonlySet<string>,
  ): Promise<MarksUpdate> {
    await this.horizon.checkCandidate(db);
    const safe = this.horizon.value;
    const from = isFullRead ? lanes.map((lane) => ({ lane, mark: 0 })) : this.marksOf(lanes);
    const askedAt = performance.now();
    const found = await readLanes(db, from, isFullRead ? -1e9 : this.dueAfter);
    const hasOpenBelow = found.lanes.filter((one) => this.setMark(one, safe)).length > 0;
    const dues = found.lanes.flatMap(({ due }) => (due === null ? [] : [due]));
    const [{ now } = { now: 0 }] = found.lanes;
    if (found.lanes.length > 0) this.dueAfter = Math.min(now, ...dues) - DUE_MARGIN_SECONDS;
    const hasOthers = found.lanes.some(({ work }) => work !== null && !handlerTypes.has(work));
    this.heldDueAt = hasOthers ? -Infinity : askedAt + (Math.min(...dues) - now) * 1_000 - EARLY_MS;
    if ((await this.horizon.proposeCandidate(db, found.drawn)) < safe) this.clear();
    return { hasOpenBelow, claimants: found.claimants };
  }

  /**
   * Call this after any error of the database. The marks can be wrong then, for example after a backup was restored.
   */
  reset(): void {
    this.horizon.reset();
    this.clear();
  }

  private clear(): void {
    this.marks.clear();
    this.scans.clear();
    this.scanEnds.clear();
    this.dueAfter = -1e9;
    this.heldDueAt = -Infinity;
  }

  private markOf(lane: string): number {
    return this.marks.get(lane) ?? 0;
  }

  /** Sets the mark of the lane. True if an open message has a number at or below the old mark. */
  private setMark({ lane, lowest }: LaneReading, safe: number): boolean {
    const before = this.markOf(lane);
    const mark = Math.min(safe, lowest === null ? safe : lowest - 1);
    this.marks.set(lane, mark < before && lowest === null ? before : mark);
    return lowest !== null && lowest <= before;
  }

  private restartIfDue(lane: string, now: number): void {
    const scan = this.scans.get(lane);
    if (!scan) return;
    const ended = this.scanEnds.get(lane) ?? { at: now, took: now - scan.began };
    this.scanEnds.set(lane, ended);
    if (now - ended.at < Math.max(MIN_PAUSE_MS, RESTART_FACTOR * ended.took)) return;
    this.scans.delete(lane);
    this.scanEnds.delete(lane);
  }
}

function groupByLane(
  ranges: readonly ClaimRange[],
): Map<string, { readonly index: number; readonly range: ClaimRange }[]> {
  const lanes = new Map<string, { readonly index: number; readonly range: ClaimRange }[]>();
  ranges.forEach((range, index) => lanes.set(range.lane, [...(lanes.get(range.lane) ?? []), { index, range }]));
  return lanes;
}
