import { randomBytes } from 'node:crypto';

import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';

const newVersion = (): string => randomBytes(6).toString('base64url');

/**
 * Gives each tag a version, which is a random text. The key of a value contains the current versions of its tags. An
 * invalidated tag gets a new version, so values with the old version are never read again. No keys must be listed or
 * deleted. If a value was loaded before the invalidation and is stored after it, the key has the old version, so nobody
 * reads the value.
 */
export abstract class Tags {
  /** The versions of the tags as one text; a promise only if a version must be read from Redis. */
  abstract versionsOf(tags: readonly string[]): string | Promise<string>;
  abstract renew(tags: readonly string[]): Promise<void>;
  abstract close(): void;
}

export class LocalTags extends Tags {
  private readonly known = new Map<string, string>();
  private defaultVersion = '0';

  versionsOf(tags: readonly string[]): string {
    let joined = '';
    for (const tag of tags) joined += `${this.known.get(tag) ?? this.defaultVersion}.`;
    return joined;
  }

  async renew(tags: readonly string[]): Promise<void> {
    if (this.known.size > 10_000) {
      // A tag without its own version uses the default version. So the default version must change too.
      this.known.clear();
      this.defaultVersion = newVersion();
    }
    for (const tag of tags) this.known.set(tag, newVersion());
  }

  close(): void {}
}

interface KnownVersion {
  readonly value: string;
  readonly trustedUntil: number;
}
/** After this time, a version is read from Redis again, because the message about a new version can get lost. */
const TRUSTED_FOR_MS = 2_000;
const STORED_SECONDS = 7 * 24 * 3600;

export class SharedTags extends Tags {
  private readonly known = new LRUCache<string, KnownVersion>({ max: 20_000 });
  /** New versions that are not in Redis yet. They are written when Redis is connected again. */
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
    client.on('ready', () => void this.publishVersions([]));
  }

  versionsOf(tags: readonly string[]): string | Promise<string> {
    const now = performance.now();
    const found: string[] = [];
    for (const tag of tags) {
      const version = this.known.get(tag);
      if (!version || version.trustedUntil < now) return this.readFromRedis(tags);
      found.push(version.value);
    }
    return found.join('.');
  }

  async renew(tags: readonly string[]): Promise<void> {
    const renewed = tags.map((tag): [string, string] => [tag, newVersion()]);
    for (const [tag, value] of renewed) this.remember(tag, value);
    await this.publishVersions(renewed);
  }

  close(): void {
    this.listener.disconnect();
  }

  private async readFromRedis(tags: readonly string[]): Promise<string> {
    const read = await this.client.mget(tags.map((tag) => this.redisKey(tag))).catch(() => undefined);
    return tags
      .map((tag, index) => {
        const value = this.unpublished.get(tag) ?? (read ? (read[index] ?? '0') : (this.known.get(tag)?.value ?? '0'));
        this.remember(tag, value);
        return value;
      })
      .join('.');
  }

  private async publishVersions(renewed: readonly [string, string][]): Promise<void> {
    for (const [tag, value] of renewed) this.unpublished.set(tag, value);
    const pending = [...this.unpublished];
    if (pending.length === 0) return;
    const transaction = this.client.multi();
    for (const [tag, value] of pending) transaction.set(this.redisKey(tag), value, 'EX', STORED_SECONDS);
    transaction.publish(this.channel, JSON.stringify(pending));
    const done = await transaction.exec().catch(() => null);
    if (done === null) return;
    for (const [tag, value] of pending) if (this.unpublished.get(tag) === value) this.unpublished.delete(tag);
  }

  private onMessage(text: string): void {
    for (const [tag, value] of JSON.parse(text) as [string, string][]) this.remember(tag, value);
  }

  private remember(tag: string, value: string): void {
    this.known.set(tag, { value, trustedUntil: performance.now() + TRUSTED_FOR_MS });
  }

  private redisKey(tag: string): string {
    return `${this.namespace}:tag:${tag}`;
  }

  private get channel(): string {
    return `${this.namespace}:tags`;
  }
}
