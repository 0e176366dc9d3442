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

  /** The variant is no longer sold. The row stays, because orders and carts can refer to it. */
  @Column('boolean')
  retired!: boolean;

  /** The product is archived, so other variants are allowed to use the SKU. */
  @Column('boolean')
  archived!: boolean;

  /** The number of the change that gave the variant this SKU; 0 until inventory knows the variant's id. */
  @Column('bigint')
  named!: number;

  @Column({ type: 'int', update: false })
  stock!: number;

  /** How many pieces can be bought. Only messages from inventory change this number. */
  @Column({ type: 'int', update: false })
  available!: number;
}
