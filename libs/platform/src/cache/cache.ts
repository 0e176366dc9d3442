/** Which value is cached, and for how long. */
export interface CacheEntry {
  /** The kind of the value. It is the label in the metrics, and the first part of the stored key. */
  readonly kind: string;
  readonly key: string;
  /** When one of these tags is invalidated, the value becomes invalid. */
  readonly tags: readonly string[];
  /** How long the shared level stores the value, plus or minus a tenth. */
  readonly seconds: number;
  /** How long a `null` is stored; 30 s by default. */
  readonly nullSeconds?: number;
}

/**
 * A cache with two levels: short-lived copies in this process, and longer-lived values in Redis if it is configured.
 * Values are plain JSON data. All callers get the same object, so do not change it. While Redis does not respond,
 * values are loaded more often.
 */
export abstract class Cache {
  /**
   * Returns the cached value, or the value that `load` returns. If several callers need a missing value at once, `load`
   * runs once and all callers get its result. `null` is cached too.
   */
  abstract remember<T>(entry: CacheEntry, load: () => Promise<T | null>): T | null | Promise<T | null>;
  /** Loads the value even if it is cached, and stores it. Use it to renew values before they expire. */
  abstract refresh<T>(entry: CacheEntry, load: () => Promise<T | null>): Promise<T | null>;
  /** Invalidates all values with one of these tags: at once in this process, a moment later in other processes. */
  abstract invalidate(...tags: readonly string[]): Promise<void>;
  /** Whether the shared level responds; undefined if no shared level is configured. */
  abstract isSharedLevelUp(): Promise<boolean | undefined>;
}
