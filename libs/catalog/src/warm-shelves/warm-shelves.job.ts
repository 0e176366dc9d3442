import { once } from 'node:events';

import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Cron, Interval } from '@nestjs/schedule';
import { OneAtATime } from '#platform/system';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import type { Counter, Gauge } from 'prom-client';

import { Leadership } from '#database/leadership';
import { ShopState } from '#platform/observability';

import { BrowseProducts } from '../browse/browse-products.query';
import { ListLabels } from '../browse/labels.query';
import { Shelf } from '../shelf/shelf.store';
import { ViewProduct } from '../view-product/view-product.query';
import { WARMED_AGE, WARMING_DURATION, WARMING_FAILURES } from './warming-metrics.config';

const MENU_CATEGORIES = ['coffee-espresso', 'tea-beverages', 'food-snacks'];
const POPULAR_PRODUCTS = 20;
const PARALLEL_LOADS = 4;
/** Most of the loaded responses are cached for 54 minutes or more. So they are loaded again before they expire. */
const EVERY_MS = 50 * 60_000;
const NAME = 'catalog-warming';

type Load = () => Promise<unknown>;

/**
 * Loads the responses for product lists, categories, brands and popular products into the cache, at the start and every
 * 50 minutes. Only the leader runs this job.
 */
@Injectable()
export class WarmShelves implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log = new Logger(WarmShelves.name);
  private stopLeading?: () => Promise<void>;
  private warmedAt?: number;

  constructor(
    private readonly leadership: Leadership,
    private readonly queries: QueryBus,
    private readonly shelf: Shelf,
    private readonly shop: ShopState,
    @InjectMetric(WARMED_AGE) private readonly age: Gauge,
    @InjectMetric(WARMING_DURATION) private readonly duration: Gauge,
    @InjectMetric(WARMING_FAILURES) private readonly failures: Counter,
  ) {}

  onApplicationBootstrap(): void {
    this.stopLeading = this.leadership.lead(NAME, async (lost) => {
      await Promise.race([this.shop.opened, once(lost, 'abort')]);
      if (!lost.aborted) await this.warm();
      if (!lost.aborted) await once(lost, 'abort');
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.stopLeading?.();
  }

  @Interval(EVERY_MS)
  @OneAtATime()
  async warmAgain(): Promise<void> {
    if (this.leadership.leads(NAME)) await this.warm();
  }

  @Cron('*/15 * * * * *')
  reportAge(): void {
    if (this.warmedAt !== undefined) this.age.set((performance.now() - this.warmedAt) / 1_000);
  }

  async warm(): Promise<void> {
    const started = performance.now();
    const popular = await this.shelf.popular(POPULAR_PRODUCTS).catch(() => []);
    const locales = ['vi', 'en'] as const;
    const loads = locales.flatMap((locale): Load[] => [
      ...MENU_CATEGORIES.map(
        (category) => () =>
          this.queries.execute(
            new BrowseProducts({ category, featured: true, sort: 'newest', limit: 20 }, locale, undefined, true),
          ),
      ),
      () =>
        this.queries.execute(new BrowseProducts({ sort: 'popular', limit: POPULAR_PRODUCTS }, locale, undefined, true)),
      () => this.queries.execute(new BrowseProducts({ sort: 'newest', limit: 20 }, locale, undefined, true)),
      () => this.queries.execute(new ListLabels('categories', locale, true)),
      () => this.queries.execute(new ListLabels('brands', locale, true)),
      ...popular.flatMap(({ id, slug }) => [
        () => this.queries.execute(new ViewProduct(id, locale, true)),
        () => this.queries.execute(new ViewProduct(slug, locale, true)),
      ]),
    ]);
    for (let from = 0; from < loads.length; from += PARALLEL_LOADS)
      await Promise.all(loads.slice(from, from + PARALLEL_LOADS).map((load) => this.loadOne(load)));
    this.warmedAt = performance.now();
    this.duration.set((this.warmedAt - started) / 1_000);
    this.reportAge();
  }

  /** Loads one response. A failure is logged, and the other responses are still loaded. */
  private async loadOne(load: Load): Promise<void> {
    try {
      await load();
    } catch (error) {
      this.failures.inc();
      this.log.warn({ message: 'a response could not be loaded into the cache', error });
    }
  }
}
