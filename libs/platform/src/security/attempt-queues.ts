const LONGEST_QUEUE = 20;
const LONGEST_WAIT_MS = 3_000;

/** How many attempts with a key have failed in the current window of the key. */
export interface FailureCount {
  readonly failures: number;
  /** When the window ends, in milliseconds of `performance.now()`. */
  readonly endsAt: number;
}

/** What this process knows about one key. */
interface KeyState {
  readonly key: string;
  readonly limit: number;
  readonly waiting: Waiting[];
  failures: number;
  endsAt: number;
  /** The number of running attempts. Their outcome is not known yet. */
  running: number;
  /** The number of running and waiting attempts. When it is 0, the state is removed. */
  attempts: number;
}

interface Waiting {
  readonly keys: readonly KeyState[];
  readonly run: () => void;
  readonly refuse: (refused: Refused) => void;
}

/** The attempt is refused. The client can try again after this time. */
export interface Refused {
  readonly retryAfterSeconds: number;
}

/** An attempt that is allowed to run now. Only the first call of `fail` or `release` has an effect. */
export interface Turn {
  readonly fail: () => void;
  /** The attempt has ended, and does not count as a failure. */
  readonly release: () => void;
}

const failuresOf = (key: KeyState): number => (key.endsAt > performance.now() ? key.failures : 0);
const isUsedUp = (key: KeyState): boolean => failuresOf(key) >= key.limit;
const hasFreeAttempt = (key: KeyState): boolean => failuresOf(key) + key.running < key.limit;
const secondsLeft = (key: KeyState): number => Math.max(1, Math.ceil((key.endsAt - performance.now()) / 1_000));

/**
 * Decides which attempts are allowed to run now in this process. A running attempt counts as failed until it ends, so
 * parallel guesses cannot exceed the limit. Further attempts wait in memory until an earlier attempt has ended.
 */
export class AttemptQueues {
  private readonly keys = new Map<string, KeyState>();

  constructor(private readonly windowMs: number) {}

  enter(keys: readonly { readonly key: string; readonly limit: number }[]): QueuedAttempt {
    return new QueuedAttempt(
      keys.map((one) => this.stateOf(one)),
      this.windowMs,
      (state) => {
        state.attempts -= 1;
        if (state.attempts === 0) this.keys.delete(state.key);
      },
    );
  }

  /** The number of keys with waiting or running attempts. */
  get size(): number {
    return this.keys.size;
  }

  private stateOf({ key, limit }: { readonly key: string; readonly limit: number }): KeyState {
    const state = this.keys.get(key) ?? { key, limit, waiting: [], failures: 0, endsAt: 0, running: 0, attempts: 0 };
    this.keys.set(key, state);
    state.attempts += 1;
    return state;
  }
}

/**
 * One attempt, from its arrival to its end. The attempt counts for several keys, for example for an account and for an
 * address.
 */
export class QueuedAttempt {
  private isOver = false;
  private stopWaiting: (() => void) | undefined;

  constructor(
    private readonly allKeys: readonly KeyState[],
    private readonly windowMs: number,
    private readonly releaseKey: (key: KeyState) => void,
  ) {}

  /** Takes over the counts of the shared store. A count is ignored if this process knows a higher count. */
  takeOverCounts(counts: readonly FailureCount[]): void {
    for (const [at, { failures, endsAt }] of counts.entries()) {
      const key = this.allKeys[at];
      if (failures < failuresOf(key)) continue;
      key.failures = failures;
      key.endsAt = endsAt;
    }
  }

  /**
   * Waits until the attempt is allowed to run or is refused. Only the limits of keys for which `isLimiting` returns
   * true are checked.
   */
  async waitForTurn(isLimiting: (at: number) => boolean): Promise<Turn | Refused> {
    if (this.isOver) return { retryAfterSeconds: 1 };
    const keys = this.allKeys.filter((_, at) => isLimiting(at));
    const usedUp = keys.find(isUsedUp);
    if (usedUp) return this.refuse({ retryAfterSeconds: secondsLeft(usedUp) });
    const busy = keys.find((key) => !hasFreeAttempt(key));
    if (!busy) return this.run(keys);
    if (busy.waiting.length >= LONGEST_QUEUE) return this.refuse({ retryAfterSeconds: 1 });
    const result = await new Promise<Turn | Refused>((resolve) => {
      const finishWaiting = (result: Turn | Refused) => {
        clearTimeout(timer);
        this.stopWaiting = undefined;
        resolve(result);
      };
      const waiting: Waiting = { keys, run: () => finishWaiting(this.run(keys)), refuse: finishWaiting };
      this.stopWaiting = () => {
        for (const key of keys) if (key.waiting.includes(waiting)) key.waiting.splice(key.waiting.indexOf(waiting), 1);
        finishWaiting({ retryAfterSeconds: 1 });
      };
      const timer = setTimeout(this.stopWaiting, LONGEST_WAIT_MS);
      busy.waiting.push(waiting);
    });
    return 'retryAfterSeconds' in result ? this.refuse(result) : result;
  }

  /** How many more attempts the key allows, and how many seconds are left in its window. */
  remaining(at: number): { readonly remaining: number; readonly seconds: number } {
    const key = this.allKeys[at];
    const remaining = Math.max(0, key.limit - failuresOf(key) - key.running);
    return { remaining, seconds: failuresOf(key) > 0 ? secondsLeft(key) : Math.ceil(this.windowMs / 1_000) };
  }

  /** Call this when the client has disconnected. A waiting attempt is then refused. */
  leave(): void {
    this.stopWaiting?.();
    this.end();
  }

  private refuse(refused: Refused): Refused {
    this.end();
    return refused;
  }

  private end(): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const key of this.allKeys) this.releaseKey(key);
  }

  private run(keys: readonly KeyState[]): Turn {
    for (const key of keys) key.running += 1;
    let hasEnded = false;
    const endTurn = (hasFailed: boolean) => {
      if (hasEnded) return;
      hasEnded = true;
      for (const key of keys) key.running -= 1;
      if (hasFailed) for (const key of this.allKeys) this.countFailure(key);
      for (const key of keys) this.letWaitingRun(key);
      this.end();
    };
    return { fail: () => endTurn(true), release: () => endTurn(false) };
  }

  private countFailure(key: KeyState): void {
    const before = failuresOf(key);
    if (before === 0) key.endsAt = performance.now() + this.windowMs;
    key.failures = before + 1;
  }

  private letWaitingRun(key: KeyState): void {
    for (let next = key.waiting[0]; next; next = key.waiting[0]) {
      const usedUp = next.keys.find(isUsedUp);
      const busy = next.keys.find((one) => !hasFreeAttempt(one));
      if (!usedUp && busy === key) return;
      key.waiting.shift();
      if (usedUp) next.refuse({ retryAfterSeconds: secondsLeft(usedUp) });
      else if (busy) busy.waiting.push(next);
      else next.run();
    }
  }
}
