import type { Database } from '#database';
import type { Place } from './claims.store';
import { Horizon } from '../outbox/horizon';
import { look, type LaneMark, type Lowest } from './sweeps.store';

/**
 * A transaction that wrote a held message has ended after this time, because every statement of ours is aborted after
 * ten seconds.
 */
const DUE_MARGIN_SECONDS = 60;
/** A walk over waiting messages is repeated after this many times its own duration. */
const SELDOM = 50;
const SHORTEST_MS = 1_000;

/** A lane is behind when no claim has found room for all of its messages for this time. */
const BEHIND_MS = 5_000;

/** The clocks of the process and of the database drift apart by less than this between two looks. */
const EARLY_MS = 20;

export interface Moved {
  /** True when a full look found an open message below a mark. */
  readonly below: boolean;
  /** The instances that have claims near the front of the lanes. */
  readonly claimants: readonly number[];
}

interface Walk {
  readonly from: number;
  readonly began: number;
}

/**
 * The numbers from which a worker looks for messages. Handled messages lie below the marks. While another transaction
 * has an old snapshot, vacuum cannot remove them, and a claim that reads them would become slower with each one.
 * Messages that must wait for others fill a lane's window. The walk then continues behind them, and starts again from
 * time to time.
 */
export class LaneMarks {
  private readonly horizon = new Horizon('inbox');
  private readonly marks = new Map<string, number>();
  private readonly walks = new Map<string, Walk>();
  private readonly ended = new Map<string, { readonly at: number; readonly took: number }>();
  private readonly caughtUpAt = new Map<string, number>();
  dueAfter = -1e9;
  /**
   * When the first held message is due, by the monotonic clock of this process. `-Infinity` means that nothing is
   * known.
   */
  private heldDueAt = -Infinity;

  /** True when, as far as known, no held message is due and no message waits for another build. */
  get onlyFresh(): boolean {
    return performance.now() < this.heldDueAt;
  }

  /** The last claim took all messages of the lane that it could. */
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

  /** Where to look in a lane: at its front, and behind the messages that must wait. */
  places(lane: string, room: number): Place[] {
    const mark = this.mark(lane);
    const front = { lane, room, above: mark, mark };
    const walk = this.walks.get(lane);
    return walk ? [front, { lane, room, above: walk.from, mark }] : [front];
  }

  /**
   * Call this with the places whose windows were full, and their last numbers. True when a full window had few messages
   * to claim, so that the walk continues behind it.
   */
  looked(places: readonly Place[], fullUpTo: ReadonlyMap<number, number>, claimed: (lane: string) => number): boolean {
    let more = false;
    for (const [lane, of] of group(places)) {
      const last = of.at(-1)!;
      const upTo = fullUpTo.get(last.index);
      const now = performance.now();
      if (upTo !== undefined && claimed(lane) < last.place.room) {
        this.walks.set(lane, { from: upTo, began: this.walks.get(lane)?.began ?? now });
        this.ended.delete(lane);
        more = true;
      } else if (upTo === undefined) this.mayBeginAnew(lane, now);
    }
    return more;
  }

  /** Call this once a second. `heard` lists what this build can handle, as "handler type". */
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
    if ((await this.horizon.drawn(db, found.drawn)) < safe) this.begin();
    return { below, claimants: found.claimants };
  }

  /** Call this after any error of the database: what was known of it may be wrong. */
  forget(): void {
    this.horizon.forget();
    this.begin();
  }

  private begin(): void {
    this.marks.clear();
    this.walks.clear();
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

  private mayBeginAnew(lane: string, now: number): void {
    const walk = this.walks.get(lane);
    if (!walk) return;
    const ended = this.ended.get(lane) ?? { at: now, took: now - walk.began };
    this.ended.set(lane, ended);
    if (now - ended.at < Math.max(SHORTEST_MS, SELDOM * ended.took)) return;
    this.walks.delete(lane);
    this.ended.delete(lane);
  }
}

function group(places: readonly Place[]): Map<string, { readonly index: number; readonly place: Place }[]> {
  const lanes = new Map<string, { readonly index: number; readonly place: Place }[]>();
  places.forEach((place, index) => lanes.set(place.lane, [...(lanes.get(place.lane) ?? []), { index, place }]));
  return lanes;
}
