import { EventBus } from '@nestjs/cqrs';
import { Injectable } from '@nestjs/common';

import { normalSku, type Uuid } from '#kernel';
import { VariantsRenamed, type RenamedVariant } from '#contracts/catalog';
import { Database } from '#database';
import { Seeder } from '#platform/serve';

import { Labels, type LabelKind } from '../arrange-shelves/labels.store';
import { Products } from '../model/products.store';
import { ReservedWords } from '../model/reserved-words.config';
import { freeCode } from '../model/slug';
import { CacheInvalidation } from '../shelf/cache-invalidation.adapter';

interface SlugRow {
  readonly id: Uuid;
  readonly slug: string;
}
interface UnannouncedVariant {
  readonly id: Uuid;
  readonly productId: Uuid;
  readonly sku: string;
}

const PRODUCTS_AT_ONCE = 200;

/**
 * Corrects old data at every start: slugs that are also the path of a new route, SKUs that are not in their normal
 * form, and variants whose id inventory does not know. Usually there is nothing to correct.
 */
@Injectable()
export class RepairNames extends Seeder {
  override readonly always = true;
  override readonly order = 10;

  constructor(
    private readonly db: Database,
    private readonly products: Products,
    private readonly labels: Labels,
    private readonly reserved: ReservedWords,
    private readonly eventBus: EventBus,
    private readonly invalidation: CacheInvalidation,
  ) {
    super();
  }

  async seed(): Promise<void> {
    await this.repairSlugs();
    for (const kind of ['category', 'brand'] as const) await this.repairLabels(kind);
    while (await this.repairSkus()) continue;
  }

  private async repairSlugs(): Promise<void> {
    for (const { id } of await this.findReserved('products', 'products'))
      await this.db.transaction(async () => {
        await this.products.lock();
        const product = await this.products.load(id);
        const slug = await this.products.freeSlug(product.slug, id);
        this.invalidation.productChanged(product);
        await this.products.save({ ...product, slug }, product);
      });
  }

  private async repairLabels(kind: LabelKind): Promise<void> {
    const table = kind === 'category' ? 'categories' : 'brands';
    for (const { id, slug } of await this.findReserved(table, table))
      await this.db.transaction(async () => {
        await this.labels.change(kind, id, { slug: this.labels.slugFor(kind, slug, id) });
        this.invalidation.labelsChanged();
      });
  }

  private async findReserved(table: string, collection: 'products' | 'categories' | 'brands'): Promise<SlugRow[]> {
    const all = await this.db.query<SlugRow>(`select id, slug from ${table}`);
    return all.filter(({ slug }) => this.reserved.isReserved(collection, slug));
  }

  /** Corrects the SKUs of some products. Returns false if no SKU is left to correct. */
  private repairSkus(): Promise<boolean> {
    return this.db.transaction(async () => {
      await this.products.lock();
      const unannounced = await this.db.query<UnannouncedVariant>(
        `select id, product_id as "productId", sku from variants where product_id in (
           select distinct product_id from variants where named = 0 limit $1) and named = 0 order by product_id, id`,
        [PRODUCTS_AT_ONCE],
      );
      if (unannounced.length === 0) return false;
      const [{ named }] = await this.db.query<{ named: number }>(`select nextval('sku_namings') as named`);
      const taken = new Set(await this.products.takenSkus(''));
      const renamed = unannounced.map((variant): RenamedVariant & { productId: Uuid } => {
        const sku = normalSku(variant.sku);
        const free = sku === variant.sku ? sku : freeCode(sku, taken);
        return { productId: variant.productId, variantId: variant.id, was: variant.sku, sku: free };
      });
      await this.db.query(
        `update variants v set sku = r.sku, named = $3 from unnest($1::uuid[], $2::text[]) as r (id, sku) where v.id = r.id`,
        [renamed.map(({ variantId }) => variantId), renamed.map(({ sku }) => sku), named],
      );
      await this.repairStems(
        unannounced.map(({ productId }) => productId),
        taken,
      );
      if (renamed.some(({ was, sku }) => was !== sku)) this.invalidation.labelsChanged();
      const byProduct = new Map<Uuid, RenamedVariant[]>();
      for (const { productId, ...variant } of renamed)
        byProduct.set(productId, [...(byProduct.get(productId) ?? []), variant]);
      this.eventBus.publishAll(
        [...byProduct].map(([productId, variants]) => new VariantsRenamed({ productId, named, variants })),
      );
      return true;
    });
  }

  private async repairStems(productIds: readonly Uuid[], taken: Set<string>): Promise<void> {
    const stems = await this.db.query<{ id: Uuid; sku: string }>(
      'select id, sku from products where id = any($1::uuid[]) and sku is not null',
      [productIds],
    );
    for (const { id, sku } of stems.filter((stem) => stem.sku !== normalSku(stem.sku)))
      await this.db.query('update products set sku = $2 where id = $1', [id, freeCode(normalSku(sku), taken)]);
  }
}
