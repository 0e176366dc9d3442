import { EventBus } from '@nestjs/cqrs';
import { Injectable } from '@nestjs/common';

import { VariantListed } from '#contracts/catalog';
import { Database } from '#database';
import { Seeder } from '#platform/serve';
import { Clock } from '#platform/system';

import type { Product } from '../model/product';
import { CacheInvalidation } from '../shelf/cache-invalidation.adapter';
import { shelfRow } from '../shelf/shelf-row';
import { Shelf } from '../shelf/shelf.store';
import { demoBrands, demoCategories } from './demo-labels';
import { demoProducts } from './demo-products';

const labels = (table: string, more: string, types: string) => `
  insert into ${table} (id, slug, name, description${more}, version, created_at, updated_at)
  select id, slug, name, description${more}, 1, $2, $2
    from jsonb_to_recordset($1::jsonb) as r (id uuid, slug text, name text, description text${types})
  on conflict do nothing`;
const products = `
  insert into products (id, slug, sku, name, name_en, description, description_en, category_id, brand_id, base_price,
                        status, featured, modifiers, version, created_at, updated_at)
  select id, slug, sku, name, "nameEn", description, "descriptionEn", "categoryId", "brandId", "basePrice",
         status, featured, modifiers, 1, "listedAt", "listedAt"
    from jsonb_to_recordset($1::jsonb) as r (id uuid, slug text, sku text, name text, "nameEn" text, description text,
         "descriptionEn" text, "categoryId" uuid, "brandId" uuid, "basePrice" bigint, status text, featured boolean,
         modifiers jsonb, "listedAt" timestamptz)`;
const variants = `
  insert into variants (id, product_id, position, sku, name, name_en, type, price_adjustment, price, stock, available,
                        named)
  select id, "productId", position, sku, name, "nameEn", type, "priceAdjustment", price, stock, stock, $2
    from jsonb_to_recordset($1::jsonb) as r (id uuid, "productId" uuid, position int, sku text, name text,
         "nameEn" text, type text, "priceAdjustment" bigint, price bigint, stock int)`;

/** Fills an empty catalogue with the demo's products, with one statement for each table. */
@Injectable()
export class DemoShelves extends Seeder {
  constructor(
    private readonly db: Database,
    private readonly shelf: Shelf,
    private readonly eventBus: EventBus,
    private readonly clock: Clock,
    private readonly invalidation: CacheInvalidation,
  ) {
    super();
  }

  async seed(): Promise<void> {
    const anyProduct = 'select from products limit 1';
    if ((await this.db.query(anyProduct)).length > 0) return;
    await this.db.transaction(async () => {
      await this.db.query(`set local lock_timeout = '9s'`); // processes that start together wait for the first process
      await this.db.query("select pg_advisory_xact_lock(hashtext('catalog.products'))");
      if ((await this.db.query(anyProduct)).length === 0) await this.fill(demoProducts());
    });
  }

  private async fill(goods: readonly Product[]): Promise<void> {
    const now = this.clock.now();
    // The first product gets the newest time, so that the list "newest first" begins with the best sellers.
    const listed = goods.map((product, index) => ({ product, at: new Date(now.getTime() - index * 60_000) }));
    const categories = demoCategories.map((category, position) => ({
      ...category,
      name_en: category.nameEn,
      position,
    }));
    await this.db.query(labels('categories', ', name_en, position', ', name_en text, position int'), [
      JSON.stringify(categories),
      now,
    ]);
    await this.db.query(labels('brands', '', ''), [JSON.stringify(demoBrands), now]);
    await this.db.query(products, [JSON.stringify(listed.map(({ product, at }) => ({ ...product, listedAt: at })))]);
    const variantRows = goods.flatMap((product) =>
      product.variants.map((variant) => ({ ...variant, productId: product.id })),
    );
    const [{ named }] = await this.db.query<{ named: number }>(`select nextval('sku_namings') as named`);
    await this.db.query(variants, [JSON.stringify(variantRows), named]);
    const category = new Map<string, (typeof demoCategories)[number]>(demoCategories.map((one) => [one.id, one]));
    const brand = new Map<string, (typeof demoBrands)[number]>(demoBrands.map((one) => [one.id, one]));
    await this.shelf.put(
      listed.map(({ product, at }) =>
        shelfRow(product, category.get(product.categoryId!)!, brand.get(product.brandId!)!, null, at),
      ),
    );
    this.invalidation.labelsChanged();
    this.eventBus.publishAll(
      variantRows.map(
        ({ productId, id, sku, stock }) => new VariantListed({ productId, variantId: id, sku, stock, named }),
      ),
    );
  }
}
