import { Column, Entity, PrimaryColumn } from 'typeorm';

import type { Uuid } from '#kernel';

@Entity('variants')
export class VariantEntity {
  @PrimaryColumn('uuid')
  id!: Uuid;

  @Column('uuid', { name: 'product_id' })
  productId!: Uuid;

  @Column('int')
  position!: number;

  @Column('text')
  sku!: string;

  @Column('text')
  name!: string;

  @Column('text', { name: 'name_en', nullable: true })
  nameEn!: string | null;

  @Column('text')
  type!: string;

  @Column('bigint', { name: 'price_adjustment' })
  priceAdjustment!: number;

  @Column('bigint')
  price!: number;

  /** No longer sold. Orders and carts may still name it. */
  @Column('boolean')
  retired!: boolean;

  /** Its product is archived, so others may take the SKU. */
  @Column('boolean')
  archived!: boolean;

  /** How new the SKU is; 0 until inventory is told which variant has it. */
  @Column('bigint')
  named!: number;

  @Column({ type: 'int', update: false })
  stock!: number;

  /** The number from inventory. Only its messages change it, never an edit. */
  @Column({ type: 'int', update: false })
  available!: number;
}
