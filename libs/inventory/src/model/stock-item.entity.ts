import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Uuid } from '#kernel';

@Entity('stock')
export class StockItemEntity {
  @PrimaryColumn('uuid')
  item!: Uuid;

  @Column('uuid', { name: 'variant_id', nullable: true })
  variantId!: Uuid | null;

  /** Null after the SKU has gone to another item. */
  @Column('text', { nullable: true })
  sku!: string | null;

  /** The last SKU of an item that has lost its own. */
  @Column('text', { name: 'former_sku', nullable: true })
  formerSku!: string | null;

  /** How new the SKU is: the number of the catalogue's change. */
  @Column('bigint')
  named!: number;

  @Column('int', { name: 'on_hand' })
  onHand!: number;

  @Column('int')
  reserved!: number;

  @Column('int')
  version!: number;
}
