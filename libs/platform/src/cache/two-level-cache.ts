import { createCache, KeyvAdapter, type Cache as Levels } from 'cache-manager';
import { Redis } from 'ioredis';
import { Keyv } from 'keyv';

import { Cache, type CacheEntry } from './cache';
import { countRequest, countLoad } from './cache-metrics';
import { LocalCopies } from './local-copies';
import { sharedStore } from './shared-store';
import { LocalTags, SharedTags, type Tags } from './tags';
import { noteValidity } from './validity';

/** A stored value. It is wrapped in an object, so that a stored `null` differs from a miss. */
interface Stored {
  readonly v: unknown;
}

export interface CacheOptions {
  readonly redisUrl?: string;
  readonly namespace?: string;
  /** How long a copy in this process is used. Without Redis, another process can show old data for this time. */
  readonly localSeconds?: number;
}

/** Varies the times to live, so that values that were stored together do not expire together. */
const randomFactor = (): number => 0.9 + Math.random() * 0.2;

export class TwoLevelCache extends Cache {
  private readonly local: LocalCopies;
  private readonly levels: Levels;
  private readonly tags: Tags;
  private readonly client?: Redis;
  private readonly localMs: number;

  constructor({ redisUrl, namespace = 'shop', localSeconds = redisUrl ? 2 : 5 }: CacheOptions) {
    super();
    this.localMs = localSeconds * 1_000;
    this.local = new LocalCopies(this.localMs);
    const localLevel = new Keyv({ store: this.local, namespace: '', serialize: undefined, deserialize: undefined });
    if (redisUrl === undefined) {
      this.levels = createCache({ stores: [localLevel] });
      this.tags = new LocalTags();
      return;
    }
    this.client = new Redis(redisUrl, {
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
      commandTimeout: 200,
      connectTimeout: 1_000,
      disconnectTimeout: 100,
      retryStrategy: (attempt) => Math.min(attempt * 100, 1_000),
    });
    this.client.on('error', () => undefined);
    const sharedLevel = new Keyv({ store: new KeyvAdapter(sharedStore(this.client, namespace)), namespace });
    sharedLevel.on('error', () => undefined); // no response from Redis counts as a miss
    this.levels = createCache({ stores: [localLevel, sharedLevel] });
    this.tags = new SharedTags(this.client, namespace);
  }

  remember<T>(entry: CacheEntry, load: () => Promise<T | null>): T | null | Promise<T | null> {
    const versions = this.tags.versionsOf(entry.tags);
    if (typeof versions !== 'string') return versions.then((read) => this.findOrLoad(entry, read, load));
    return this.findOrLoad(entry, versions, load);
  }

  private findOrLoad<T>(
    entry: CacheEntry,
    versions: string,
    load: () => Promise<T | null>,
  ): T | null | Promise<T | null> {
    const key = `${entry.kind}:${entry.key}@${versions}`;
    const copy = this.local.get(key) as { value: Stored } | undefined;
    if (copy !== undefined) {
      countRequest(entry.kind, 'local');
      return copy.value.v as T | null;
    }
    return this.loadThroughLevels(entry, versions, key, load);
  }

  private async loadThroughLevels<T>(
    entry: CacheEntry,
    versions: string,
    key: string,
    load: () => Promise<T | null>,
  ): Promise<T | null> {
    let isLoaded = false;
    const searchBegan = performance.now();
    const stored = await this.levels.wrap<Stored>(
      key,
      async () => {
        isLoaded = true;
        const loadBegan = performance.now();
        const value = await load();
        countLoad(entry.kind, (performance.now() - loadBegan) / 1_000);
        return { v: value ?? null };
      },
      { ttl: (loaded) => this.ttlOf(entry, loaded) },
    );
    countRequest(entry.kind, isLoaded ? 'miss' : 'shared');
    const until = searchBegan + Math.min(this.localMs, entry.seconds * 900);
    noteValidity(stored.v, {
      kind: entry.kind,
      isCurrent: () => performance.now() < until && this.tags.versionsOf(entry.tags) === versions,
    });
    return stored.v as T | null;
  }

  async refresh<T>(entry: CacheEntry, load: () => Promise<T | null>): Promise<T | null> {
    const key = `${entry.kind}:${entry.key}@${await this.tags.versionsOf(entry.tags)}`;
    const stored: Stored = { v: (await load()) ?? null };
    await this.levels.set(key, stored, this.ttlOf(entry, stored)).catch(() => undefined);
    return stored.v as T | null;
  }

  private ttlOf(entry: CacheEntry, { v }: Stored): number {
    return Math.round((v === null ? (entry.nullSeconds ?? 30) : entry.seconds) * 1_000 * randomFactor());
  }

  async invalidate(...tags: readonly string[]): Promise<void> {
    if (tags.length > 0) await this.tags.renew(tags);
  }

  async isSharedLevelUp(): Promise<boolean | undefined> {
    return this.client?.ping().then(
      () => true,
      () => false,
    );
  }

  close(): void {
    this.tags.close();
    this.client?.disconnect();
  }
}
