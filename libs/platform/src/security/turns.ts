const LONGEST_QUEUE = 20;
const LONGEST_WAIT_MS = 3_000;

/** How many attempts for a key have failed in its current window. */
export interface Standing {
  readonly failures: number;
  /** In milliseconds of `performance.now()`. */
  readonly endsAt: number;
}

/** The state of one key. */
interface Door {
  readonly key: string;
  readonly limit: number;
  readonly waiting: Waiting[];
  failures: number;
  endsAt: number;
  /** Running attempts: their outcome is not known yet. */
  open: number;
  /** Visits that have not ended. When there are none, the door is removed. */
  visits: number;
}

interface Waiting {
  readonly doors: readonly Door[];
  readonly enter: () => void;
  readonly refuse: (refused: Refused) => void;
}

/** The attempt is refused. It may be tried again after `refused` seconds. */
export interface Refused {
  readonly refused: number;
}

/** An attempt that may run now. Its outcome is the first call of `failed` or `over`. */
export interface Turn {
  readonly failed: () => void;
  readonly over: () => void;
}

const failuresOf = (door: Door): number => (door.endsAt > performance.now() ? door.failures : 0);
const isShut = (door: Door): boolean => failuresOf(door) >= door.limit;
const hasRoom = (door: Door): boolean => failuresOf(door) + door.open < door.limit;
const secondsLeft = (door: Door): number => Math.max(1, Math.ceil((door.endsAt - performance.now()) / 1_000));

/**
 * Decides which attempts may run now, in this process. Running attempts count as failed, so parallel guesses cannot
 * exceed the limit. Further attempts wait in memory until an earlier one has ended.
 */
export class Turns {
  private readonly doors = new Map<string, Door>();

  constructor(private readonly windowMs: number) {}

  visit(keys: readonly { readonly key: string; readonly limit: number }[]): Visit {
    return new Visit(
      keys.map((one) => this.door(one)),
      this.windowMs,
      (door) => {
        door.visits -= 1;
        if (door.visits === 0) this.doors.delete(door.key);
      },
    );
  }

  /** The number of keys with waiting or running attempts. */
  get size(): number {
    return this.doors.size;
  }

  private door({ key, limit }: { readonly key: string; readonly limit: number }): Door {
    const door = this.doors.get(key) ?? { key, limit, waiting: [], failures: 0, endsAt: 0, open: 0, visits: 0 };
    this.doors.set(key, door);
    door.visits += 1;
    return door;
  }
}

/** One attempt, from its arrival to its end. */
export class Visit {
  private isOver = false;
  private leave: (() => void) | undefined;

  constructor(
    private readonly all: readonly Door[],
    private readonly windowMs: number,
    private readonly release: (door: Door) => void,
  ) {}

  /** Takes over counts from the shared store, unless this process knows higher ones. */
  learn(standings: readonly Standing[]): void {
    for (const [at, { failures, endsAt }] of standings.entries()) {
      const door = this.all[at];
      if (failures < failuresOf(door)) continue;
      door.failures = failures;
      door.endsAt = endsAt;
    }
  }

  /** Waits until the attempt may run or is refused. Only the keys for which `matters` is true count for it. */
  async turn(matters: (at: number) => boolean): Promise<Turn | Refused> {
    if (this.isOver) return { refused: 1 };
    const doors = this.all.filter((_, at) => matters(at));
    const shut = doors.find(isShut);
    if (shut) return this.ended({ refused: secondsLeft(shut) });
    const full = doors.find((door) => !hasRoom(door));
    if (!full) return this.enter(doors);
    if (full.waiting.length >= LONGEST_QUEUE) return this.ended({ refused: 1 });
    const outcome = await new Promise<Turn | Refused>((resolve) => {
      const end = (outcome: Turn | Refused) => {
        clearTimeout(late);
        this.leave = undefined;
        resolve(outcome);
      };
      const one: Waiting = { doors, enter: () => end(this.enter(doors)), refuse: end };
      this.leave = () => {
        for (const door of doors) if (door.waiting.includes(one)) door.waiting.splice(door.waiting.indexOf(one), 1);
        end({ refused: 1 });
      };
      const late = setTimeout(this.leave, LONGEST_WAIT_MS);
      full.waiting.push(one);
    });
    if ('refused' in outcome) return this.ended(outcome);
    return outcome;
  }

  /** How many attempts a key has left, and how long its window lasts. */
  left(at: number): { readonly remaining: number; readonly seconds: number } {
    const door = this.all[at];
    const remaining = Math.max(0, door.limit - failuresOf(door) - door.open);
    return { remaining, seconds: failuresOf(door) > 0 ? secondsLeft(door) : Math.ceil(this.windowMs / 1_000) };
  }

  /** The waiting client has left. */
  gone(): void {
    this.leave?.();
    this.end();
  }

  private ended(refused: Refused): Refused {
    this.end();
    return refused;
  }

  private end(): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const door of this.all) this.release(door);
  }

  private enter(doors: readonly Door[]): Turn {
    for (const door of doors) door.open += 1;
    let settled = false;
    const settle = (failed: boolean) => {
      if (settled) return;
      settled = true;
      for (const door of doors) door.open -= 1;
      if (failed) for (const door of this.all) this.fail(door);
      for (const door of doors) this.wake(door);
      this.end();
    };
    return { failed: () => settle(true), over: () => settle(false) };
  }

  private fail(door: Door): void {
    const before = failuresOf(door);
    if (before === 0) door.endsAt = performance.now() + this.windowMs;
    door.failures = before + 1;
  }

  private wake(door: Door): void {
    for (let next = door.waiting[0]; next; next = door.waiting[0]) {
      const shut = next.doors.find(isShut);
      const full = next.doors.find((one) => !hasRoom(one));
      if (!shut && full === door) return;
      door.waiting.shift();
      if (shut) next.refuse({ refused: secondsLeft(shut) });
      else if (full) full.waiting.push(next);
      else next.enter();
    }
  }
}
