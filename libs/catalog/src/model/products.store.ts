import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';

import { DomainError, NotFound, type Uuid } from '#kernel';
import { Database } from '#platform/database';
import { InvalidInput, PreconditionFailed, textOf } from '#platform/http';
import { ambient } from '#platform/observability';
import { Clock } from '#platform/system';

import { harmless } from '../shelf/harmless-html.adapter';
import { shelfRow, type Shelved } from '../shelf/shelf-row';
import { Shelf } from '../shelf/shelf.store';
import { BrandEntity } from './brand.entity';
import { CategoryEntity } from './category.entity';
import type { Product, Variant } from './product';
import { ProductEntity } from './product.entity';
import { VariantEntity } from './variant.entity';

/** A product as staff know it, with what only the shop's books say. */
export interface StoredProduct extends Product {
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly available: ReadonlyMap<Uuid, number>;
}
/** A product in the books, with the variants it no longer has: they may come back. */
export interface KnownProduct extends StoredProduct {
  readonly former: readonly Variant[];
}

const asVariant = (row: VariantEntity): Variant => ({
  id: row.id,
  position: row.position,
  sku: row.sku,
  name: row.name,
  nameEn: row.nameEn,
  type: row.type,
  priceAdjustment: row.priceAdjustment,
  price: row.price,
  stock: row.stock,
});

function asProduct(row: ProductEntity, all: readonly VariantEntity[]): KnownProduct {
  const offered = all.filter(({ retired }) => !retired);
  return {
    ...row,
    variants: offered.map(asVariant),
    former: all.filter(({ retired }) => retired).map(asVariant),
    available: new Map(all.map(({ id, available }) => [id, available])),
  };
}

const RESHELVED_AT_ONCE = 200;

/** The products as staff edit them; each change is put on the shelf in the same transaction. */
@Injectable()
export class Products {
  constructor(
    private readonly db: Database,
    private readonly shelf: Shelf,
    private readonly clock: Clock,
  ) {}

  /** One edit at a time: addresses and codes are looked for before they are taken. */
  async lock(): Promise<void> {
    await this.db.query("select pg_advisory_xact_lock(hashtext('catalog.products'))");
  }

  /** Throws NotFound, or PreconditionFailed when it is not at the version the caller has seen. */
  async load(id: Uuid, seen?: number): Promise<KnownProduct> {
    if (this.db.inTransaction()) await this.db.query('select from products where id = $1 for update', [id]);
    const row = await this.db.entities.findOneBy(ProductEntity, { id, status: Not('removed') });
    if (!row) throw new NotFound('product');
    if (seen !== undefined && row.version !== seen) throw new PreconditionFailed();
    const variants = await this.db.entities.find(VariantEntity, {
      where: { productId: id },
      order: { position: 'asc' },
    });
    return asProduct(row, variants);
  }

  async freeSlug(wish: string, id: Uuid): Promise<string> {
    const taken = await this.db.entities.existsBy(ProductEntity, { slug: wish });
    return taken ? `${wish}-${id.slice(-6)}` : wish;
  }

  /** Writes the product and its variants; variants it has no more are retired, never deleted. */
  async save(product: Product, known?: KnownProduct): Promise<StoredProduct> {
    const now = this.clock.now();
    const version = (known?.version ?? 0) + 1;
    const times = { createdAt: known?.createdAt ?? now, updatedAt: now };
    const { variants, ...fields } = product;
    const entities = this.db.entities;
    await this.mustBeFree(product);
    const own = { ...columnsOf(fields), version, ...times };
    if (known) await entities.update(ProductEntity, product.id, own as never);
    else await entities.insert(ProductEntity, own as never);
    const before = new Set([...(known?.variants ?? []), ...(known?.former ?? [])].map(({ id }) => id));
    const added = variants.filter(({ id }) => !before.has(id));
    const gone = { productId: product.id, id: Not(In(variants.map(({ id }) => id))) };
    if (known) await entities.update(VariantEntity, gone, { retired: true });
    for (const variant of variants.filter(({ id }) => before.has(id)))
      await entities.update(VariantEntity, variant.id, { ...variant, retired: false });
    await entities.insert(
      VariantEntity,
      added.map((variant) => ({ ...variant, productId: product.id, retired: false, available: variant.stock })),
    );
    await this.shelf.put([await this.shelved(product, times.createdAt)]);
    const available = new Map(known?.available);
    for (const variant of added) available.set(variant.id, variant.stock);
    return { ...product, version, ...times, available };
  }

  /** Puts all products of a category or brand on the shelf again, after its name or address changed. */
  async reshelve(filed: { categoryId: Uuid } | { brandId: Uuid }): Promise<void> {
    const entities = this.db.entities;
    const ids = await entities.find(ProductEntity, { where: filed, select: { id: true } });
    for (let from = 0; from < ids.length; from += RESHELVED_AT_ONCE) {
      const some = In(ids.slice(from, from + RESHELVED_AT_ONCE).map(({ id }) => id));
      const rows = await entities.findBy(ProductEntity, { id: some });
      const variants = await entities.find(VariantEntity, { where: { productId: some }, order: { position: 'asc' } });
      const products = rows.map((row) =>
        asProduct(
          row,
          variants.filter(({ productId }) => productId === row.id),
        ),
      );
      const shelved = [];
      for (const product of products) shelved.push(await this.shelved(product, product.createdAt));
      await this.shelf.put(shelved);
    }
  }

  private async shelved(product: Product, listedAt: Date): Promise<Shelved> {
    const [category, brand] = await this.labels(product);
    return shelfRow(product, category, brand, harmless(product.story), listedAt);
  }

  async labels({
    categoryId,
    brandId,
  }: Pick<Product, 'categoryId' | 'brandId'>): Promise<[CategoryEntity, BrandEntity]> {
    const category = await this.db.entities.findOneBy(CategoryEntity, { id: categoryId });
    const brand = await this.db.entities.findOneBy(BrandEntity, { id: brandId });
    const missing = [
      ...(category ? [] : [wrong('categoryId', 'category.unknown')]),
      ...(brand ? [] : [wrong('brandId', 'brand.unknown')]),
    ];
    if (!category || !brand) throw new InvalidInput(missing);
    return [category, brand];
  }

  /** A code stands for one thing in the whole shop, also after that thing was taken off the shelf. */
  private async mustBeFree(product: Product): Promise<void> {
    const other = await this.db.entities.findOneBy(ProductEntity, { sku: product.sku, id: Not(product.id) });
    const variant = await this.db.entities.findOneBy(VariantEntity, {
      sku: In(product.variants.map(({ sku }) => sku)),
      id: Not(In(product.variants.map(({ id }) => id))),
    });
    const sku = other?.sku ?? variant?.sku;
    if (sku !== undefined)
      throw new DomainError('SKU_TAKEN', 'conflict', `The SKU ${sku} is taken. Choose another.`, { sku });
  }
}

const wrong = (field: string, code: string) => ({ field, message: textOf(code, ambient()?.locale ?? 'en') });

const columnsOf = (product: Omit<Product, 'variants'>) => ({
  id: product.id,
  slug: product.slug,
  sku: product.sku,
  name: product.name,
  nameEn: product.nameEn,
  description: product.description,
  descriptionEn: product.descriptionEn,
  story: product.story,
  categoryId: product.categoryId,
  brandId: product.brandId,
  basePrice: product.basePrice,
  status: product.status,
  featured: product.featured,
  imageUrl: product.imageUrl,
  modifiers: product.modifiers,
});
