export interface Remembered {
  /** What the value is of; the label its hits and misses are counted under, and the first part of its key. */
  readonly kind: string;
  readonly key: string;
  /** The value is forgotten when one of these is invalidated. */
  readonly tags: readonly string[];
  /** How long the shared level keeps it, give or take a tenth. */
  readonly seconds: number;
  /** How long "there is none" is kept; 30 s when not said. */
  readonly noneSeconds?: number;
}

/**
 * Two levels: short copies in this process, longer ones in Redis where there is one. Values are plain JSON data and are
 * shared by those who asked: treat them as frozen. A shared level that is away makes answers slower, never wrong.
 */
export abstract class Cache {
  /** The value, or what `load` says it is; for one missing key it runs once, however many ask. `null` is remembered too. */
  abstract remember<T>(what: Remembered, load: () => Promise<T | null>): T | null | Promise<T | null>;
  /** Loads it whether it is there or not, and keeps it anew: for whoever renews things before they run out. */
  abstract refresh<T>(what: Remembered, load: () => Promise<T | null>): Promise<T | null>;
  /** Forgets everything with one of these tags, here at once and on the other instances within a moment. */
  abstract invalidate(...tags: readonly string[]): Promise<void>;
  /** Whether the shared level answers; undefined when none is configured. */
  abstract shared(): Promise<boolean | undefined>;
}
