import { LRUCache } from 'lru-cache';

/** The first level: bounded in number and in time. It has the shape Keyv takes for a store. */
export class LocalCopies {
  private readonly copies: LRUCache<string, object>;

  constructor(
    private readonly milliseconds: number,
    max = 5_000,
  ) {
    this.copies = new LRUCache({ max, ttl: milliseconds });
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
