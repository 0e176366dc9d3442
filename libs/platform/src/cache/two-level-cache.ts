import { createCache, KeyvAdapter, type Cache as Levels } from 'cache-manager';
import { Redis } from 'ioredis';
import { Keyv } from 'keyv';

import { Cache, type Remembered } from './cache';
import { countRequest, countLoad } from './cache-metrics';
import { LocalCopies } from './local-copies';
import { sharedStore } from './shared-store';
import { LocalTags, SharedTags, type Tags } from './tags';

/** A stored value. It is wrapped in an object, so that a stored `null` differs from a miss. */
interface Stored {
  readonly v: unknown;
}

export interface CacheOptions {
  readonly redisUrl?: string;
  readonly namespace?: string;
  /** How long a copy in this process lives. Without Redis, it may show old data for so long. */
  readonly localSeconds?: number;
}

const jitter = (): number => 0.9 + Math.random() * 0.2;

export class TwoLevelCache extends Cache {
  private readonly local: LocalCopies;
  private readonly levels: Levels;
  private readonly tags: Tags;
  private readonly client?: Redis;

  constructor({ redisUrl, namespace = 'shop', localSeconds = redisUrl ? 2 : 5 }: CacheOptions) {
    super();
    this.local = new LocalCopies(localSeconds * 1_000);
    const first = new Keyv({ store: this.local, namespace: '', serialize: undefined, deserialize: undefined });
    if (redisUrl === undefined) {
      this.levels = createCache({ stores: [first] });
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
    const second = new Keyv({ store: new KeyvAdapter(sharedStore(this.client, namespace)), namespace });
    second.on('error', () => undefined); // Redis away: a miss, never an exception
    this.levels = createCache({ stores: [first, second] });
    this.tags = new SharedTags(this.client, namespace);
  }

  remember<T>(what: Remembered, load: () => Promise<T | null>): T | null | Promise<T | null> {
    const marks = this.tags.marks(what.tags);
    if (typeof marks !== 'string') return marks.then((fetched) => this.kept(what, fetched, load));
    return this.kept(what, marks, load);
  }

  private kept<T>(what: Remembered, marks: string, load: () => Promise<T | null>): T | null | Promise<T | null> {
    const key = `${what.kind}:${what.key}@${marks}`;
    const copy = this.local.get(key) as { value: Stored } | undefined;
    if (copy !== undefined) {
      countRequest(what.kind, 'local');
      return copy.value.v as T | null;
    }
    return this.fetched(what, key, load);
  }

  private async fetched<T>(what: Remembered, key: string, load: () => Promise<T | null>): Promise<T | null> {
    let loaded = false;
    const kept = await this.levels.wrap<Stored>(
      key,
      async () => {
        loaded = true;
        const started = performance.now();
        const value = await load();
        countLoad(what.kind, (performance.now() - started) / 1_000);
        return { v: value ?? null };
      },
      { ttl: (loaded) => this.ttlOf(what, loaded) },
    );
    countRequest(what.kind, loaded ? 'miss' : 'shared');
    return kept.v as T | null;
  }

  async refresh<T>(what: Remembered, load: () => Promise<T | null>): Promise<T | null> {
    const key = `${what.kind}:${what.key}@${await this.tags.marks(what.tags)}`;
    const kept: Stored = { v: (await load()) ?? null };
    await this.levels.set(key, kept, this.ttlOf(what, kept)).catch(() => undefined);
    return kept.v as T | null;
  }

  private ttlOf(what: Remembered, { v }: Stored): number {
    return Math.round((v === null ? (what.noneSeconds ?? 30) : what.seconds) * 1_000 * jitter());
  }

  async invalidate(...tags: readonly string[]): Promise<void> {
    if (tags.length > 0) await this.tags.renew(tags);
  }

  async shared(): Promise<boolean | undefined> {
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
