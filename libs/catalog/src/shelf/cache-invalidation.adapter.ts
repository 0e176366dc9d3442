import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';

import { Cache } from '#platform/cache';
import { Database } from '#database';

import { tags } from './shelf-tags';

interface Named {
  readonly id: string;
  readonly slug: string;
}

const STOCK_EVERY_MS = 1_000;

/** Invalidates cached answers, after the change is committed. */
@Injectable()
export class CacheInvalidation implements OnApplicationShutdown {
  private readonly log = new Logger(CacheInvalidation.name);
  private stockTimer?: NodeJS.Timeout;
  private stockChanged = false;

  constructor(
    private readonly db: Database,
    private readonly cache: Cache,
  ) {}

  product(...products: readonly Named[]): void {
    this.after([tags.products, ...names(products)]);
  }

  labels(): void {
    this.after([tags.products, tags.labels]);
  }

  sales(): void {
    this.after([tags.sales]);
  }

  /**
   * Invalidates the products' own pages at once. Lists are invalidated at once if a product was sold out or is in stock
   * again (`turned`), otherwise within a second.
   */
  stock(products: readonly Named[], turned: boolean): void {
    this.after(names(products));
    this.db.afterCommit(() => this.lists(turned));
  }

  onApplicationShutdown(): void {
    clearTimeout(this.stockTimer);
  }

  private lists(now: boolean): void {
    if (this.stockTimer && !now) {
      this.stockChanged = true;
      return;
    }
    clearTimeout(this.stockTimer);
    this.stockChanged = false;
    this.now([tags.stock]);
    this.stockTimer = setTimeout(() => {
      this.stockTimer = undefined;
      if (this.stockChanged) this.lists(true);
    }, STOCK_EVERY_MS);
    this.stockTimer.unref();
  }

  private after(forgotten: readonly string[]): void {
    this.db.afterCommit(() => this.now(forgotten));
  }

  private now(forgotten: readonly string[]): void {
    this.cache
      .invalidate(...forgotten)
      .catch((error: unknown) => this.log.warn({ message: 'cached answers could not be invalidated', error }));
  }
}

const names = (products: readonly Named[]): string[] =>
  products.flatMap(({ id, slug }) => [tags.product(id), tags.product(slug)]);
