import { isDeepStrictEqual } from 'node:util';

import { Injectable } from '@nestjs/common';
import { Not } from 'typeorm';

import { DomainError, NotFound, hasSeen, type Uuid, type Seen } from '#kernel';
import { Database } from '#database';
import { describeComplaint, InvalidInput, PreconditionFailed } from '#platform/http';
import { Clock } from '#platform/system';

import { BrandEntity } from '../model/brand.entity';
import { CategoryEntity } from '../model/category.entity';
import type { ProductStatus } from '../model/product';
import { ProductEntity } from '../model/product.entity';
import { Products } from '../model/products.store';
import { ReservedWords } from '../model/reserved-words.config';

export type LabelKind = 'category' | 'brand';
export type StoredLabel = CategoryEntity | BrandEntity;

const entityOf = (kind: LabelKind) => (kind === 'category' ? CategoryEntity : BrandEntity) as typeof CategoryEntity;
const collectionOf = (kind: LabelKind) => (kind === 'category' ? 'categories' : 'brands');
const productFilter = (kind: LabelKind, id: Uuid) => (kind === 'category' ? { categoryId: id } : { brandId: id });

/**
 * Categories and brands. A change of one of them updates the read models of all its products in the same transaction.
 */
@Injectable()
export class Labels {
  constructor(
    private readonly db: Database,
    private readonly products: Products,
    private readonly clock: Clock,
    private readonly reserved: ReservedWords,
  ) {}

  async add(kind: LabelKind, label: Partial<CategoryEntity> & { id: Uuid; slug: string }): Promise<StoredLabel> {
    await this.requireFreeSlug(kind, label.slug, label.id);
    const now = this.clock.now();
    const stored = { ...label, version: 1, createdAt: now, updatedAt: now };
    await this.db.entities.insert(entityOf(kind), stored);
    return stored as StoredLabel;
  }

  async change(kind: LabelKind, id: Uuid, change: Partial<CategoryEntity>, seen?: Seen): Promise<StoredLabel> {
    const known = await this.load(kind, id, seen);
    if (isDeepStrictEqual({ ...known, ...change }, { ...known })) return known;
    if (change.slug !== undefined && change.slug !== known.slug) await this.requireFreeSlug(kind, change.slug, id);
    const stored = { ...known, ...change, version: known.version + 1, updatedAt: this.clock.now() };
    await this.db.entities.update(entityOf(kind), id, stored);
    await this.products.updateShelf(productFilter(kind, id));
    return stored;
  }

  async find(kind: LabelKind, id: Uuid): Promise<StoredLabel> {
    const known = await this.db.entities.findOneBy(entityOf(kind), { id });
    if (!known) throw new NotFound(kind);
    return known;
  }

  /**
   * All categories or brands, in the order in which customers see them. There are few of them, so there are no pages.
   */
  list(kind: LabelKind): Promise<StoredLabel[]> {
    return kind === 'category'
      ? this.db.entities.find(CategoryEntity, { order: { position: 'asc', slug: 'asc' } })
      : this.db.entities.find(BrandEntity, { order: { name: 'asc', slug: 'asc' } });
  }

  /** The wanted slug. A part of the id is added if the slug could be mistaken for another address of the shop. */
  slugFor(kind: LabelKind, wanted: string, id: Uuid): string {
    return this.reserved.isReserved(collectionOf(kind), wanted) ? `${wanted}-${id.slice(-6)}` : wanted;
  }

  async remove(kind: LabelKind, id: Uuid, seen?: Seen): Promise<void> {
    await this.load(kind, id, seen);
    const inUse = { ...productFilter(kind, id), status: Not<ProductStatus>('removed') };
    if (await this.db.entities.existsBy(ProductEntity, inUse))
      throw new DomainError('LABEL_IN_USE', 'conflict', 'Products still belong to it. Move them to another one first.');
    await this.products.removeLabel(productFilter(kind, id));
    await this.db.entities.delete(entityOf(kind), id);
  }

  private async load(kind: LabelKind, id: Uuid, seen?: Seen): Promise<CategoryEntity> {
    await this.products.lock();
    const known = await this.db.entities.findOneBy(entityOf(kind), { id });
    if (!known) throw new NotFound(kind);
    if (!hasSeen(seen, known.version)) throw new PreconditionFailed();
    return known;
  }

  private async requireFreeSlug(kind: LabelKind, slug: string, id: Uuid): Promise<void> {
    await this.products.lock();
    if (this.reserved.isReserved(collectionOf(kind), slug))
      throw new InvalidInput([{ field: 'slug', message: describeComplaint({ code: 'slug.mistakable' }) }]);
    if (await this.db.entities.existsBy(entityOf(kind), { slug, id: Not(id) }))
      throw new DomainError('SLUG_TAKEN', 'conflict', `The slug ${slug} is taken. Choose another.`, { slug });
  }
}
