/** A process is idle after this time without a change or a notification. */
const IDLE_AFTER_MS = 30_000;
/** While a process is idle, its regular checks wait this long. */
const IDLE_CHECK_MS = 20_000;

/**
 * Knows whether something happens in the shop: a notification between processes, or a request that can change data.
 * Regular checks look for changes whose notification was lost. While the process is idle, the checks run less often.
 */
export class Activity {
  private last = performance.now();

  note(): void {
    this.last = performance.now();
  }

  /** How long a regular check now waits until its next run. `milliseconds` is the usual wait. */
  checkAfter(milliseconds: number, whenIdle = IDLE_CHECK_MS): number {
    return this.isIdle ? Math.max(milliseconds, whenIdle) : milliseconds;
  }

  get isIdle(): boolean {
    return performance.now() - this.last >= IDLE_AFTER_MS;
  }
}

/** One object for the whole process, because connections, loops and timers have no other object in common. */
export const activity = new Activity();

type Work = (this: object, ...values: never[]) => unknown;

/**
 * A decorator for a method that a timer calls. While the process is idle, the method runs at most every 20 seconds.
 * Write the decorator directly below `@Interval`.
 */
export const LessOftenWhenIdle =
  () =>
  (_target: object, _name: string, descriptor: PropertyDescriptor): void => {
    const work = descriptor.value as Work;
    const ranAt = new WeakMap<object, number>();
    descriptor.value = function (this: object, ...values: never[]): unknown {
      const now = performance.now();
      if (activity.isIdle && now - (ranAt.get(this) ?? -Infinity) < IDLE_CHECK_MS) return undefined;
      ranAt.set(this, now);
      return work.apply(this, values);
    };
  };
