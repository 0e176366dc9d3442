import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';

import { Cache } from '#platform/cache';
import { Database } from '#database';

import { tags } from './shelf-tags';

interface ChangedProduct {
  readonly id: string;
  readonly slug: string;
}

/** Stock changes often. So changes of stock invalidate the lists at most once in this time. */
const STOCK_EVERY_MS = 1_000;

/** Invalidates cached responses, after the change is committed. */
@Injectable()
export class CacheInvalidation implements OnApplicationShutdown {
  private readonly log = new Logger(CacheInvalidation.name);
  private stockTimer?: NodeJS.Timeout;
  private listsAreStale = false;

  constructor(
    private readonly db: Database,
    private readonly cache: Cache,
  ) {}

  productChanged(...products: readonly ChangedProduct[]): void {
    this.invalidateAfterCommit([tags.products, ...productTags(products)]);
  }

  labelsChanged(): void {
    this.invalidateAfterCommit([tags.products, tags.labels]);
  }

  salesChanged(): void {
    this.invalidateAfterCommit([tags.sales]);
  }

  /**
   * Invalidates the products' own pages at once. Lists are invalidated at once if a product is now sold out, or is now
   * in stock again (`turned`). Otherwise they are invalidated within a second.
   */
  stockChanged(products: readonly ChangedProduct[], turned: boolean): void {
    this.invalidateAfterCommit(productTags(products));
    this.db.afterCommit(() => this.invalidateLists(turned));
  }

  onApplicationShutdown(): void {
    clearTimeout(this.stockTimer);
  }

  private invalidateLists(atOnce: boolean): void {
    if (this.stockTimer && !atOnce) {
      this.listsAreStale = true;
      return;
    }
    clearTimeout(this.stockTimer);
    this.listsAreStale = false;
    this.invalidate([tags.stock]);
    this.stockTimer = setTimeout(() => {
      this.stockTimer = undefined;
      if (this.listsAreStale) this.invalidateLists(true);
    }, STOCK_EVERY_MS);
    this.stockTimer.unref();
  }

  private invalidateAfterCommit(cacheTags: readonly string[]): void {
    this.db.afterCommit(() => this.invalidate(cacheTags));
  }

  private invalidate(cacheTags: readonly string[]): void {
    this.cache
      .invalidate(...cacheTags)
      .catch((error: unknown) => this.log.warn({ message: 'cached responses could not be invalidated', error }));
  }
}

const productTags = (products: readonly ChangedProduct[]): string[] =>
  products.flatMap(({ id, slug }) => [tags.product(id), tags.product(slug)]);
