import { Column, Entity, PrimaryColumn } from 'typeorm';

import type { Uuid } from '#kernel';

import type { ModifierGroup, ProductStatus } from './product';

@Entity('products')
export class ProductEntity {
  @PrimaryColumn('uuid')
  id!: Uuid;

  @Column('text')
  slug!: string;

  @Column('text')
  sku!: string;

  @Column('text')
  name!: string;

  @Column('text', { name: 'name_en', nullable: true })
  nameEn!: string | null;

  @Column('text')
  description!: string;

  @Column('text', { name: 'description_en', nullable: true })
  descriptionEn!: string | null;

  @Column('text', { nullable: true })
  story!: string | null;

  @Column('uuid', { name: 'category_id', nullable: true })
  categoryId!: Uuid | null;

  @Column('uuid', { name: 'brand_id', nullable: true })
  brandId!: Uuid | null;

  @Column('bigint', { name: 'base_price' })
  basePrice!: number;

  @Column('text')
  status!: ProductStatus;

  @Column('text', { name: 'status_before', nullable: true })
  statusBefore!: 'active' | 'draft' | null;

  @Column('boolean')
  featured!: boolean;

  @Column('text', { name: 'image_url', nullable: true })
  imageUrl!: string | null;

  @Column('jsonb')
  modifiers!: ModifierGroup[];

  @Column('int')
  version!: number;

  @Column({ type: 'timestamptz', name: 'created_at', update: false })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
