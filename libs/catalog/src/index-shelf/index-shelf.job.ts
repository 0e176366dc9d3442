import { setTimeout as pause } from 'node:timers/promises';

import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

import { Config } from '#platform/config';
import { Leadership } from '#database/leadership';
import { activity } from '#platform/system';

import { ShelfIndex } from './shelf-index.adapter';
import { Unindexed } from './unindexed.store';

const BATCH = 500;
const PAUSE_MS = 500;
const PAUSE_AFTER_FAILURE_MS = 5_000;

/** Copies changes of the shelf to Elasticsearch, if it is configured. Only the leader does this. */
@Injectable()
export class IndexShelf implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log = new Logger(IndexShelf.name);
  private stopLeading?: () => Promise<void>;

  constructor(
    private readonly config: Config,
    private readonly leadership: Leadership,
    private readonly index: ShelfIndex,
    private readonly unindexed: Unindexed,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.elasticsearchUrl === undefined) return;
    this.stopLeading = this.leadership.lead('catalog-index', (lost) => this.follow(lost));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.stopLeading?.();
  }

  private async follow(lost: AbortSignal): Promise<void> {
    let ready = false;
    while (!lost.aborted) {
      let wait = activity.checkAfter(PAUSE_MS);
      try {
        if (!ready && (await this.index.create())) await this.unindexed.markAllUnindexed();
        ready = true;
        if (await this.catchUp()) wait = 0;
      } catch (error) {
        ready = false; // perhaps Elasticsearch has lost the index
        wait = PAUSE_AFTER_FAILURE_MS;
        this.log.warn({
          message: 'changes could not be copied to the search index; the next attempt is in 5 s',
          error,
        });
      }
      await pause(wait, undefined, { signal: lost }).catch(() => undefined);
    }
  }

  /** Copies a batch of changed products. Returns true if there are perhaps more changed products. */
  async catchUp(): Promise<boolean> {
    const products = await this.unindexed.nextBatch(BATCH);
    if (products.length === 0) return false;
    await this.index.write(products);
    await this.unindexed.markIndexed(products);
    return products.length === BATCH;
  }
}
