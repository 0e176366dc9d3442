import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';

import type { RenamedVariant } from '#contracts/catalog';
import { DomainError, NotFound, hasSeen, type Uuid, type Seen } from '#kernel';
import { Database } from '#database';
import { InvalidInput, PreconditionFailed, textOf } from '#platform/http';
import { currentRequest } from '#platform/observability';
import { Clock } from '#platform/system';

import { sanitizeStory } from '../shelf/harmless-html.adapter';
import { shelfRow, type ShelfEntry } from '../shelf/shelf-row';
import { Shelf } from '../shelf/shelf.store';
import { BrandEntity } from './brand.entity';
import { CategoryEntity } from './category.entity';
import type { Product, ProductStatus, Variant } from './product';
import { ProductEntity } from './product.entity';
import { ReservedWords } from './reserved-words.config';
import { VariantEntity } from './variant.entity';

/** A product, with the fields that the store sets. */
export interface StoredProduct extends Product {
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly available: ReadonlyMap<Uuid, number>;
}
/** A stored product, with its retired variants. A change can put these variants on sale again. */
export interface KnownProduct extends StoredProduct {
  readonly former: readonly Variant[];
}

/** A saved product, with its new and renamed variants. Inventory must be told about these variants. */
export interface SavedProduct extends StoredProduct {
  readonly named: number;
  readonly added: readonly Variant[];
  readonly renamed: readonly RenamedVariant[];
}
export interface PlaceInList {
  readonly at: string;
  readonly id: Uuid;
}
type LabelIds = Pick<Product, 'categoryId' | 'brandId'>;

const variantFromRow = (row: VariantEntity): Variant => ({
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

function productFromRows(row: ProductEntity, all: readonly VariantEntity[]): KnownProduct {
  const offered = all.filter(({ retired }) => !retired);
  return {
    ...row,
    variants: offered.map(variantFromRow),
    former: all.filter(({ retired }) => retired).map(variantFromRow),
    available: new Map(all.map(({ id, available }) => [id, available])),
  };
}

const SHELF_BATCH = 200;

/** The products that staff edit. Each change is written to the shelf in the same transaction. */
@Injectable()
export class Products {
  constructor(
    private readonly db: Database,
    private readonly shelf: Shelf,
    private readonly clock: Clock,
    private readonly reserved: ReservedWords,
  ) {}

  /** Allows only one edit at a time. Otherwise two edits could choose the same free slug or SKU. */
  async lock(): Promise<void> {
    await this.db.query("select pg_advisory_xact_lock(hashtext('catalog.products'))");
  }

  /** Also finds archived products. Throws NotFound, or PreconditionFailed if the caller has seen another version. */
  async load(id: Uuid, seen?: Seen): Promise<KnownProduct> {
    if (this.db.inTransaction()) await this.db.query('select from products where id = $1 for update', [id]);
    const row = await this.db.entities.findOneBy(ProductEntity, { id });
    if (!row) throw new NotFound('product');
    if (!hasSeen(seen, row.version)) throw new PreconditionFailed();
    const variants = await this.db.entities.find(VariantEntity, {
      where: { productId: id },
      order: { position: 'asc' },
    });
    return productFromRows(row, variants);
  }

  /** A page of products with one of the statuses, newest first. */
  async list(statuses: readonly ProductStatus[], limit: number, after?: PlaceInList) {
    const places: PlaceInList[] = [];
    for (const status of statuses)
      places.push(...(await this.db.query<PlaceInList>(...pageQuery(status, limit, after))));
    places.sort((a, b) => (a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1));
    const ids = places.slice(0, limit).map(({ id }) => id);
    const rows = await this.db.entities.findBy(ProductEntity, { id: In(ids) });
    const variants = await this.db.entities.find(VariantEntity, {
      where: { productId: In(ids) },
      order: { position: 'asc' },
    });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return places.slice(0, limit).map((place) => ({
      place,
      product: productFromRows(
        byId.get(place.id)!,
        variants.filter(({ productId }) => productId === place.id),
      ),
    }));
  }

  /** The wanted slug if it is free. Otherwise a part of the id is added. */
  async freeSlug(wanted: string, id: Uuid): Promise<string> {
    for (const slug of [wanted, `${wanted}-${id.slice(-6)}`]) {
      if (this.reserved.isReserved('products', slug)) continue;
      if (!(await this.db.entities.existsBy(ProductEntity, { slug, id: Not(id) }))) return slug;
    }
    return `${wanted}-${id.slice(-12)}`;
  }

  /** The SKUs in use that begin with this text: of products and of variants. */
  async takenSkus(beginning: string): Promise<ReadonlySet<string>> {
    const rows = await this.db.query<{ sku: string }>(
      `select sku from variants where not retired and not archived and starts_with(sku, $1)
       union select sku from products where status <> 'removed' and starts_with(sku, $1)`,
      [beginning],
    );
    return new Set(rows.map(({ sku }) => sku));
  }

  /** Writes the product and its variants. Variants that were left out are retired and not deleted. */
  async save(product: Product, known?: KnownProduct): Promise<SavedProduct> {
    const now = this.clock.now();
    const version = (known?.version ?? 0) + 1;
    const times = { createdAt: known?.createdAt ?? now, updatedAt: now };
    const { variants, ...fields } = product;
    const entities = this.db.entities;
    const archived = product.status === 'removed';
    if (!archived) await this.requireFreeSkus(product);
    const [{ named }] = await this.db.query<{ named: number }>(`select nextval('sku_namings') as named`);
    const columns = { ...columnsOf(fields), version, ...times };
    if (known) await entities.update(ProductEntity, product.id, columns as never);
    else await entities.insert(ProductEntity, columns as never);
    const before = new Map([...(known?.former ?? []), ...(known?.variants ?? [])].map((one) => [one.id, one]));
    const added = variants.filter(({ id }) => !before.has(id));
    // For an archived product, no variant is reported as renamed. When the product is restored, all its variants are
    // reported.
    const renamed = known && !archived ? renamedVariants(product, known) : [];
    if (known) {
      const gone = { productId: product.id, id: Not(In(variants.map(({ id }) => id))) };
      await entities.update(VariantEntity, gone, { retired: true });
      await this.db.query(`update variants set sku = '~' || id where id = any($1::uuid[])`, [
        renamed.map(({ variantId }) => variantId), // SKUs are unique, so the old SKUs are freed first
      ]);
      await entities.update(VariantEntity, { productId: product.id }, { archived });
    }
    const renamedIds = new Set(renamed.map(({ variantId }) => variantId));
    for (const variant of variants.filter(({ id }) => before.has(id)))
      await entities.update(VariantEntity, variant.id, {
        ...variant,
        retired: false,
        ...(renamedIds.has(variant.id) && { named }),
      });
    await entities.insert(
      VariantEntity,
      added.map((variant) => ({
        ...{ ...variant, productId: product.id, retired: false, archived, named },
        available: variant.stock,
      })),
    );
    await this.updateShelfRow(product, times.createdAt);
    const available = new Map(known?.available);
    for (const variant of added) available.set(variant.id, variant.stock);
    const stored = { ...product, version, ...times, available };
    return { ...stored, named, added, renamed };
  }

  /** Updates the product's row on the shelf. The row of an archived product is only marked as not listed. */
  private async updateShelfRow(product: Product, listedAt: Date): Promise<void> {
    if (product.status === 'removed') await this.shelf.takeOff(product.id);
    else await this.shelf.put([await this.shelfRowOf(product, listedAt)]);
  }

  /** Updates the shelf rows of all products of a category or brand, after its name or slug has changed. */
  async updateShelf(label: { categoryId: Uuid } | { brandId: Uuid }): Promise<void> {
    const entities = this.db.entities;
    const where = { ...label, status: Not<ProductStatus>('removed') };
    const ids = await entities.find(ProductEntity, { where, select: { id: true } });
    for (let from = 0; from < ids.length; from += SHELF_BATCH) {
      const some = In(ids.slice(from, from + SHELF_BATCH).map(({ id }) => id));
      const rows = await entities.findBy(ProductEntity, { id: some });
      const variants = await entities.find(VariantEntity, { where: { productId: some }, order: { position: 'asc' } });
      const products = rows.map((row) =>
        productFromRows(
          row,
          variants.filter(({ productId }) => productId === row.id),
        ),
      );
      const shelved = [];
      for (const product of products) shelved.push(await this.shelfRowOf(product, product.createdAt));
      await this.shelf.put(shelved);
    }
  }

  private async shelfRowOf(product: Product, listedAt: Date): Promise<ShelfEntry> {
    const [category, brand] = await this.requireLabels(product);
    return shelfRow(product, category, brand, sanitizeStory(product.story), listedAt);
  }

  /** The category and brand of a product. Throws InvalidInput if the category or the brand does not exist. */
  async requireLabels(product: LabelIds): Promise<[CategoryEntity, BrandEntity]> {
    await this.requireExistingLabels(product);
    const [category, brand] = await this.findLabels(product);
    return [category!, brand!];
  }

  /** Throws InvalidInput if the given category or brand does not exist. */
  async requireExistingLabels(labels: LabelIds): Promise<void> {
    const [category, brand] = await this.findLabels(labels);
    const missing = [
      ...(labels.categoryId === null || category ? [] : [toFault('categoryId', 'category.unknown')]),
      ...(labels.brandId === null || brand ? [] : [toFault('brandId', 'brand.unknown')]),
    ];
    if (missing.length > 0) throw new InvalidInput(missing);
  }

  /**
   * The category and brand of a product. They can be null, because the category and brand of an archived product can be
   * deleted.
   */
  async findLabels({ categoryId, brandId }: LabelIds): Promise<[CategoryEntity | null, BrandEntity | null]> {
    return [
      categoryId === null ? null : await this.db.entities.findOneBy(CategoryEntity, { id: categoryId }),
      brandId === null ? null : await this.db.entities.findOneBy(BrandEntity, { id: brandId }),
    ];
  }

  /** Removes a category or brand from archived products, before the category or brand is deleted. */
  async removeLabel(label: { categoryId: Uuid } | { brandId: Uuid }): Promise<void> {
    const none = 'categoryId' in label ? { categoryId: null } : { brandId: null };
    const where = { ...label, status: 'removed' as const };
    await this.db.entities.update(ProductEntity, where, { ...none, version: () => 'version + 1' });
  }

  /**
   * Throws if a SKU is reserved, or if another product or variant that is not archived has the same SKU. The error
   * lists all such SKUs.
   */
  private async requireFreeSkus(product: Product): Promise<void> {
    const skuFields = [{ field: 'sku', sku: product.sku }];
    for (const [index, { sku }] of product.variants.entries()) skuFields.push({ field: `variants.${index}.sku`, sku });
    const mistakable = skuFields.filter(({ sku }) => this.reserved.isReserved('inventory', sku));
    if (mistakable.length > 0) throw new InvalidInput(mistakable.map(({ field }) => toFault(field, 'sku.mistakable')));
    const other = await this.db.entities.findOneBy(ProductEntity, {
      sku: product.sku,
      id: Not(product.id),
      status: Not('removed'),
    });
    const others = await this.db.entities.findBy(VariantEntity, {
      sku: In(product.variants.map(({ sku }) => sku)),
      id: Not(In(product.variants.map(({ id }) => id))),
      productId: Not(product.id), // the change retires or renames the product's other variants
      retired: false,
      archived: false,
    });
    const takenByVariants = new Set(others.map(({ sku }) => sku));
    const taken = skuFields.filter(({ field, sku }) => (field === 'sku' ? other !== null : takenByVariants.has(sku)));
    if (taken.length > 0) throw new SkuTaken(taken);
  }
}

/** Other products or variants have these SKUs. `field` is the field in which the SKU was sent. */
export class SkuTaken extends DomainError {
  constructor(readonly taken: readonly { readonly field: string; readonly sku: string }[]) {
    const { sku } = taken[0];
    super(
      'SKU_TAKEN',
      'conflict',
      `The SKU ${sku} is taken. Choose another.`,
      { sku },
      taken.map(({ field }) => toFault(field, 'sku.taken')),
    );
  }
}

const pageQuery = (status: ProductStatus, limit: number, after?: PlaceInList): [string, unknown[]] => [
  `select id, created_at::text as at from products
    where status = $1 and ($3::uuid is null or (created_at, id) < ($4::timestamptz, $3::uuid))
    order by created_at desc, id desc limit $2`,
  [status, limit, after?.id ?? null, after?.at ?? null],
];

/**
 * Variants with a new SKU, and variants that are sold again. While a variant was not sold, inventory perhaps gave its
 * SKU to another variant.
 */
function renamedVariants(product: Product, known: KnownProduct): RenamedVariant[] {
  const isRestored = known.status === 'removed' && product.status !== 'removed';
  const offered = new Set(known.variants.map(({ id }) => id));
  const before = new Map([...known.former, ...known.variants].map((one) => [one.id, one]));
  return product.variants.flatMap(({ id, sku }) => {
    const was = before.get(id)?.sku;
    if (was === undefined || (was === sku && !isRestored && offered.has(id))) return [];
    return [{ variantId: id, was, sku }];
  });
}

const toFault = (field: string, code: string) => ({ field, message: textOf(code, currentRequest()?.locale ?? 'en') });

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
  statusBefore: product.statusBefore,
  featured: product.featured,
  imageUrl: product.imageUrl,
  modifiers: product.modifiers,
});
