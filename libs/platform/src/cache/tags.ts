import { randomBytes } from 'node:crypto';

import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';

const newMark = (): string => randomBytes(6).toString('base64url');

/**
 * Gives each tag a mark: a random text that works as the tag's version. A cache key contains the current marks of its
 * tags. To invalidate a tag, it gets a new mark, so values under the old mark are never read again. No keys are listed
 * or deleted. A value that was loaded before a change is stored under the old mark, so nobody reads it.
 */
export abstract class Tags {
  /** The marks of the tags as one text; a promise only if a mark must be read from Redis. */
  abstract marks(tags: readonly string[]): string | Promise<string>;
  abstract renew(tags: readonly string[]): Promise<void>;
  abstract close(): void;
}

export class LocalTags extends Tags {
  private readonly known = new Map<string, string>();
  private defaultMark = '0';

  marks(tags: readonly string[]): string {
    let joined = '';
    for (const tag of tags) joined += `${this.known.get(tag) ?? this.defaultMark}.`;
    return joined;
  }

  async renew(tags: readonly string[]): Promise<void> {
    if (this.known.size > 10_000) {
      // A tag without a mark of its own uses the default mark. The default changes too, so that old values stay hidden.
      this.known.clear();
      this.defaultMark = newMark();
    }
    for (const tag of tags) this.known.set(tag, newMark());
  }

  close(): void {}
}

interface Mark {
  readonly value: string;
  readonly until: number;
}
/** A mark is read from Redis again after this time, because the message about a new mark may be lost. */
const TRUSTED_FOR_MS = 2_000;
const KEPT_SECONDS = 7 * 24 * 3600;

export class SharedTags extends Tags {
  private readonly known = new LRUCache<string, Mark>({ max: 20_000 });
  /** New marks that are not in Redis yet. If Redis is away, they are written when it is connected again. */
  private readonly unpublished = new Map<string, string>();
  private readonly listener: Redis;

  constructor(
    private readonly client: Redis,
    private readonly namespace: string,
  ) {
    super();
    this.listener = client.duplicate({ commandTimeout: undefined, maxRetriesPerRequest: null, autoResubscribe: true });
    this.listener.on('error', () => undefined);
    this.listener.on('ready', () => void this.listener.subscribe(this.channel).catch(() => undefined));
    this.listener.on('message', (_channel, text: string) => this.onMessage(text));
    client.on('ready', () => void this.publishMarks([]));
  }

  marks(tags: readonly string[]): string | Promise<string> {
    const now = performance.now();
    const found: string[] = [];
    for (const tag of tags) {
      const mark = this.known.get(tag);
      if (!mark || mark.until < now) return this.fetch(tags);
      found.push(mark.value);
    }
    return found.join('.');
  }

  async renew(tags: readonly string[]): Promise<void> {
    const renewed = tags.map((tag): [string, string] => [tag, newMark()]);
    for (const [tag, value] of renewed) this.learn(tag, value);
    await this.publishMarks(renewed);
  }

  close(): void {
    this.listener.disconnect();
  }

  private async fetch(tags: readonly string[]): Promise<string> {
    const read = await this.client.mget(tags.map((tag) => this.name(tag))).catch(() => undefined);
    return tags
      .map((tag, index) => {
        const value = this.unpublished.get(tag) ?? (read ? (read[index] ?? '0') : (this.known.get(tag)?.value ?? '0'));
        this.learn(tag, value);
        return value;
      })
      .join('.');
  }

  private async publishMarks(renewed: readonly [string, string][]): Promise<void> {
    for (const [tag, value] of renewed) this.unpublished.set(tag, value);
    const pending = [...this.unpublished];
    if (pending.length === 0) return;
    const transaction = this.client.multi();
    for (const [tag, value] of pending) transaction.set(this.name(tag), value, 'EX', KEPT_SECONDS);
    transaction.publish(this.channel, JSON.stringify(pending));
    const done = await transaction.exec().catch(() => null);
    if (done === null) return;
    for (const [tag, value] of pending) if (this.unpublished.get(tag) === value) this.unpublished.delete(tag);
  }

  private onMessage(text: string): void {
    for (const [tag, value] of JSON.parse(text) as [string, string][]) this.learn(tag, value);
  }

  private learn(tag: string, value: string): void {
    this.known.set(tag, { value, until: performance.now() + TRUSTED_FOR_MS });
  }

  private name(tag: string): string {
    return `${this.namespace}:tag:${tag}`;
  }

  private get channel(): string {
    return `${this.namespace}:tags`;
  }
}
