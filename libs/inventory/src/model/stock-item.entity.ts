import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Uuid } from '#kernel';

@Entity('stock')
export class StockItemEntity {
  @PrimaryColumn('uuid')
  item!: Uuid;

  @Column('uuid', { name: 'variant_id', nullable: true })
  variantId!: Uuid | null;

  /** Null if another item now has this item's SKU. */
  @Column('text', { nullable: true })
  sku!: string | null;

  /** The SKU that the item had before another item got this SKU. */
  @Column('text', { name: 'former_sku', nullable: true })
  formerSku!: string | null;

  /** The number of the catalogue's change that gave the item this SKU. A higher number is newer. */
  @Column('bigint')
  named!: number;

  @Column('int', { name: 'on_hand' })
  onHand!: number;

  @Column('int')
  reserved!: number;

  @Column('int')
  version!: number;
}
