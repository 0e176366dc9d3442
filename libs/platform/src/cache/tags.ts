import { randomBytes } from 'node:crypto';

import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';

const fresh = (): string => randomBytes(6).toString('base64url');

/**
 * A key contains the current marks of its tags. Invalidating a tag gives it a new mark, so values under the old mark
 * are never asked for again. No keys have to be listed or deleted, and a value loaded before a change cannot be
 * stored after it.
 */
export abstract class Tags {
  /** The marks, joined; a promise only if some of them must be fetched first. */
  abstract marks(tags: readonly string[]): string | Promise<string>;
  abstract renew(tags: readonly string[]): Promise<void>;
  abstract close(): void;
}

export class LocalTags extends Tags {
  private readonly known = new Map<string, string>();
  private unmarked = '0';

  marks(tags: readonly string[]): string {
    let joined = '';
    for (const tag of tags) joined += `${this.known.get(tag) ?? this.unmarked}.`;
    return joined;
  }

  async renew(tags: readonly string[]): Promise<void> {
    if (this.known.size > 10_000) {
      // Forgetting single marks would bring old values back. One new mark for all the others cannot.
      this.known.clear();
      this.unmarked = fresh();
    }
    for (const tag of tags) this.known.set(tag, fresh());
  }

  close(): void {}
}

interface Mark {
  readonly value: string;
  readonly until: number;
}
/** A mark is asked for again after this time, so that a lost message does little harm. */
const TRUSTED_FOR_MS = 2_000;
const KEPT_SECONDS = 7 * 24 * 3600;

export class SharedTags extends Tags {
  private readonly known = new LRUCache<string, Mark>({ max: 20_000 });
  /** Marks that were renewed while Redis was away. Redis is told when it is back. */
  private readonly untold = new Map<string, string>();
  private readonly listener: Redis;

  constructor(
    private readonly client: Redis,
    private readonly namespace: string,
  ) {
    super();
    this.listener = client.duplicate({ commandTimeout: undefined, maxRetriesPerRequest: null, autoResubscribe: true });
    this.listener.on('error', () => undefined);
    this.listener.on('ready', () => void this.listener.subscribe(this.channel).catch(() => undefined));
    this.listener.on('message', (_channel, text: string) => this.hear(text));
    client.on('ready', () => void this.tell([]));
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
    const renewed = tags.map((tag): [string, string] => [tag, fresh()]);
    for (const [tag, value] of renewed) this.learn(tag, value);
    await this.tell(renewed);
  }

  close(): void {
    this.listener.disconnect();
  }

  private async fetch(tags: readonly string[]): Promise<string> {
    const told = await this.client.mget(tags.map((tag) => this.name(tag))).catch(() => undefined);
    return tags
      .map((tag, index) => {
        const value = this.untold.get(tag) ?? (told ? (told[index] ?? '0') : (this.known.get(tag)?.value ?? '0'));
        this.learn(tag, value);
        return value;
      })
      .join('.');
  }

  private async tell(renewed: readonly [string, string][]): Promise<void> {
    for (const [tag, value] of renewed) this.untold.set(tag, value);
    const telling = [...this.untold];
    if (telling.length === 0) return;
    const together = this.client.multi();
    for (const [tag, value] of telling) together.set(this.name(tag), value, 'EX', KEPT_SECONDS);
    together.publish(this.channel, JSON.stringify(telling));
    const done = await together.exec().catch(() => null);
    if (done === null) return;
    for (const [tag, value] of telling) if (this.untold.get(tag) === value) this.untold.delete(tag);
  }

  private hear(text: string): void {
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
