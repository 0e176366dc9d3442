import type { Database } from '#database';
import type { Place } from './claims.store';
import { Horizon } from '../outbox/horizon';
import { look, type LaneMark, type Lowest } from './sweeps.store';

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

/** Between two looks, the clocks of the process and of the database drift apart by less than this. */
const EARLY_MS = 20;

export interface Moved {
  /** True if a full look found an open message at or below a mark. */
  readonly below: boolean;
  /** The instances that have claims near the front of the lanes. */
  readonly claimants: readonly number[];
}

interface Scan {
  readonly from: number;
  readonly began: number;
}

/**
 * The numbers above which a worker looks for messages. All messages up to a lane's mark are handled. While another
 * transaction has an old snapshot, vacuum cannot remove handled messages, and reading them would make claims slower.
 * Messages that must wait for others can fill a lane's window. Then a scan continues behind them, and starts again from
 * time to time.
 */
export class LaneMarks {
  private readonly horizon = new Horizon('inbox');
  private readonly marks = new Map<string, number>();
  private readonly scans = new Map<string, Scan>();
  private readonly ended = new Map<string, { readonly at: number; readonly took: number }>();
  private readonly caughtUpAt = new Map<string, number>();
  dueAfter = -1e9;
  /**
   * When the first held message is due, in monotonic milliseconds of this process. `-Infinity` if that is unknown, or
   * if a message waits for another build.
   */
  private heldDueAt = -Infinity;

  /** True if, at the last look, no message waited for another build, and no held message is due yet. */
  get onlyFresh(): boolean {
    return performance.now() < this.heldDueAt;
  }

  /** Call this when a claim left no messages of the lane that it could have taken. */
  caughtUp(lane: string): void {
    this.caughtUpAt.set(lane, performance.now());
  }

  /** Returns the lanes that are behind. */
  lanesBehind(lanes: readonly string[]): readonly string[] {
    for (const lane of lanes) if (!this.caughtUpAt.has(lane)) this.caughtUp(lane);
    const since = performance.now() - BEHIND_MS;
    return lanes.filter((lane) => this.caughtUpAt.get(lane)! < since);
  }

  of(lanes: readonly string[]): LaneMark[] {
    return lanes.map((lane) => ({ lane, mark: this.mark(lane) }));
  }

  /** Where a claim looks in a lane: at its front, and behind the messages that must wait. */
  places(lane: string, room: number): Place[] {
    const mark = this.mark(lane);
    const front = { lane, room, above: mark, mark };
    const scan = this.scans.get(lane);
    return scan ? [front, { lane, room, above: scan.from, mark }] : [front];
  }

  /**
   * Call this after a claim with its places and the last numbers of the full windows. True if a full window had few
   * messages to claim, so that the scan continues behind it.
   */
  looked(places: readonly Place[], fullUpTo: ReadonlyMap<number, number>, claimed: (lane: string) => number): boolean {
    let more = false;
    for (const [lane, of] of group(places)) {
      const last = of.at(-1)!;
      const upTo = fullUpTo.get(last.index);
      const now = performance.now();
      if (upTo !== undefined && claimed(lane) < last.place.room) {
        this.scans.set(lane, { from: upTo, began: this.scans.get(lane)?.began ?? now });
        this.ended.delete(lane);
        more = true;
      } else if (upTo === undefined) this.restartIfDue(lane, now);
    }
    return more;
  }

  /** Updates the marks. Call this once a second. `heard` lists what this build can handle, as "handler type". */
  async move(db: Database, lanes: readonly string[], whole: boolean, heard: ReadonlySet<string>): Promise<Moved> {
    await this.horizon.settled(db);
    const safe = this.horizon.value;
    const from = whole ? lanes.map((lane) => ({ lane, mark: 0 })) : this.of(lanes);
    const asked = performance.now();
    const found = await look(db, from, whole ? -1e9 : this.dueAfter);
    const below = found.lanes.filter((one) => this.set(one, safe)).length > 0;
    const dues = found.lanes.flatMap(({ due }) => (due === null ? [] : [due]));
    const [{ now } = { now: 0 }] = found.lanes;
    if (found.lanes.length > 0) this.dueAfter = Math.min(now, ...dues) - DUE_MARGIN_SECONDS;
    const others = found.lanes.some(({ work }) => work !== null && !heard.has(work));
    this.heldDueAt = others ? -Infinity : asked + (Math.min(...dues) - now) * 1_000 - EARLY_MS;
    if ((await this.horizon.drawn(db, found.drawn)) < safe) this.reset();
    return { below, claimants: found.claimants };
  }

  /** Call this after any error of the database. The marks may be wrong, for example after a restored backup. */
  forget(): void {
    this.horizon.forget();
    this.reset();
  }

  private reset(): void {
    this.marks.clear();
    this.scans.clear();
    this.ended.clear();
    this.dueAfter = -1e9;
    this.heldDueAt = -Infinity;
  }

  private mark(lane: string): number {
    return this.marks.get(lane) ?? 0;
  }

  private set({ lane, lowest }: Lowest, safe: number): boolean {
    const before = this.mark(lane);
    const mark = Math.min(safe, lowest === null ? safe : lowest - 1);
    this.marks.set(lane, mark < before && lowest === null ? before : mark);
    return lowest !== null && lowest <= before;
  }

  private restartIfDue(lane: string, now: number): void {
    const scan = this.scans.get(lane);
    if (!scan) return;
    const ended = this.ended.get(lane) ?? { at: now, took: now - scan.began };
    this.ended.set(lane, ended);
    if (now - ended.at < Math.max(MIN_PAUSE_MS, RESTART_FACTOR * ended.took)) return;
    this.scans.delete(lane);
    this.ended.delete(lane);
  }
}

function group(places: readonly Place[]): Map<string, { readonly index: number; readonly place: Place }[]> {
  const lanes = new Map<string, { readonly index: number; readonly place: Place }[]>();
  places.forEach((place, index) => lanes.set(place.lane, [...(lanes.get(place.lane) ?? []), { index, place }]));
  return lanes;
}
