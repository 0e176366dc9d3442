import { LRUCache } from 'lru-cache';
import { weightOf } from './weight';

const MOST_BYTES = 64 * 1024 * 1024;
const MOST_COPIES = 5_000;

export interface CopyLimits {
  readonly bytes?: number;
  readonly copies?: number;
}

/**
 * The first level of the cache, with limits for the bytes, the number and the age of copies. A timer removes copies
 * that are too old, even if nobody reads them. The class has the interface of a Keyv store.
 */
export class LocalCopies {
  private readonly copies: LRUCache<string, object>;

  constructor(
    private readonly milliseconds: number,
    { bytes = MOST_BYTES, copies = MOST_COPIES }: CopyLimits = {},
  ) {
    this.copies = new LRUCache({
      max: copies,
      maxSize: bytes,
      sizeCalculation: (value, key) => weightOf(value) + 2 * key.length,
      ttl: milliseconds,
      ttlAutopurge: true,
    });
  }

  /** The number of copies, and an estimate of their bytes. */
  get usage(): { readonly bytes: number; readonly copies: number } {
    return { bytes: this.copies.calculatedSize, copies: this.copies.size };
  }

  get(key: string): object | undefined {
    return this.copies.get(key);
  }

  set(key: string, value: object, ttl?: number): this {
    this.copies.set(key, value, { ttl: Math.min(ttl ?? this.milliseconds, this.milliseconds) });
    return this;
  }

  has(key: string): boolean {
    return this.copies.has(key);
  }

  delete(key: string): boolean {
    return this.copies.delete(key);
  }

  clear(): void {
    this.copies.clear();
  }
}
