export interface Remembered {
  /** The kind of the value. It is the label of its hits and misses, and the first part of its key. */
  readonly kind: string;
  readonly key: string;
  /** The value is forgotten when one of these tags is invalidated. */
  readonly tags: readonly string[];
  /** How long the shared level keeps it, plus or minus a tenth. */
  readonly seconds: number;
  /** How long "there is none" is kept; 30 s by default. */
  readonly noneSeconds?: number;
}

/**
 * Two levels: short-lived copies in this process, longer ones in Redis if there is one. Values are plain JSON data,
 * and all callers get the same object, so do not change them. If the shared level is away, answers are slower, never
 * wrong.
 */
export abstract class Cache {
  /**
   * The cached value, or the one that `load` returns. For a missing key `load` runs once, however many callers wait.
   * `null` is cached too.
   */
  abstract remember<T>(what: Remembered, load: () => Promise<T | null>): T | null | Promise<T | null>;
  /** Loads the value even if it is cached, and stores it again: to renew values before they expire. */
  abstract refresh<T>(what: Remembered, load: () => Promise<T | null>): Promise<T | null>;
  /** Forgets everything with one of these tags, here at once and on the other instances within a moment. */
  abstract invalidate(...tags: readonly string[]): Promise<void>;
  /** Whether the shared level answers; undefined if none is configured. */
  abstract shared(): Promise<boolean | undefined>;
}
